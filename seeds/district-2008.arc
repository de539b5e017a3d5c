filedesc://district-2008.arc 0.0.0.0 20080430204825 text/plain 70
1 0 District
URL IP-address Archive-date Content-type Archive-length


http://www.districtdesk.example/heron 192.0.2.1 20080430204825 text/html 545
HTTP/1.1 200 OK
Content-Type: text/html; charset=utf-8
Content-Length: 465

<!doctype html><html lang="en"><head><title>Heron moves into fountain</title><link rel="canonical" href="https://www.districtdesk.example/heron"></head><body><article><h1>Heron moves into fountain</h1><p>A heron has taken the fountain of Ashby for its own and stands in it from six until the market closes, the warden said on Saturday.</p><p>The goldfish, of which there were forty, are being counted. The warden has got as far as three.</p></article></body></html>
