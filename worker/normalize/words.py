"""What the menders know of English words: closed classes and abbreviations, no vocabulary."""

from __future__ import annotations

from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


OPENERS: Final = _words("""
    A About According Across Add Adding After Again All Also Although Amid Among An And Another Any Are As
    Asked At Back Because Before Besides Between Both But By Can Clearly Could Critics Despite Did Do Does
    During Each Earlier Either Even Every Experts Few Finally First For From Given Had Has Have He Her
    Here His How However I If In Indeed Instead Is It Its Just Last Later Like Many Maybe Meanwhile More
    Moreover Most Much My Nearly Neither Never Nevertheless No Nobody None Nor Not Nothing Now Officials
    Of On Once One Only Or Other Others Our Over People Perhaps Police Rather Researchers Several She
    Should Since So Some Still Such That The Their Then There These They Think This Those Though Three
    Through Thus To Today Two Under Unless Unlike Until Up Was We Were What When Whenever Where Whether
    Which While Who Why Will With Within Without Would Yes Yet You Your
""")
"""Capitalised words that open sentences and seldom stand capitalised elsewhere."""

NO_END: Final = _words("""
    a an the of in to for with by at from on and or but nor as than that which who whose whom when where
    while if because into onto over under about between among through during before after against without
    within upon is are was were be been being am has have had do does did will would can could should may
    might must not his her its their our your my this these those some any each every no such very more
    most less both either neither said says told called named including like via per de la van von el al
    President Senator Minister Secretary Judge Justice Chairman Governor
""")
"""Words that hardly ever end a sentence."""

DATES: Final = _words("""
    Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April May June July
    August September October November December
""")
"""Days and months."""

ABBREVIATIONS: Final = _words("""
    Mr Mrs Ms Messrs Dr Prof Rep Reps Sen Sens Gov Govs Gen Lt Col Maj Sgt Capt Cmdr Adm Brig Cpl Pvt Supt
    Rev Fr Hon Pres Sec Atty St Ste Mt Ft Jr Sr Inc Corp Co Ltd Bros Dept vs Jan Feb Aug Sept Oct Nov Dec Ala
    Ariz Ark Calif Colo Conn Del Fla Ga Ill Ind Kan Ky La Mass Md Mich Minn Miss Mo Mont Neb Nev Okla Ore
    Pa Tenn Tex Va Vt Wash Wis Wyo Ave Blvd Rd No
""")
"""Words that are written with a full stop inside a sentence."""

COMPOUND_FIRST: Final = _words("""
    year anti self high re two long co non so pro one well low three e pre hard same right short left
    third second first far half all in full op four ex tax middle gun five post then off stay on six out
    single now counter last back fast semi son free working blue law closed small near cross run top hand
    late face mid social buy big multi double lower open ill cover seven class wide sit life de much real
    follow large white highest day cease head deep red would record fund vice grass must job higher eight
    less under early over military longest ground war old trade human nine most mail million once worst
    ever by up down ultra quasi twenty thirty forty fifty sixty seventy eighty ninety decision case check
    law state federally government church peace policy
""")
"""Words that stand on the left of a hyphen that belongs to the word."""

COMPOUND_SECOND: Final = _words("""
    old term in called to year election based and time wing of related day state class income profile
    party level off out runner long thirds elect dollar line on at down life making run by person free
    style leaning rights care ups week scale hour collar door ranking funded minute known minded founder
    month control security range immigrant choice owned serving track go standing defense action point
    focused like school driven described century digit handed hit night reaching existing degree checking
    being looking controlled business than presidential money raising dozen exempt breaking wage grade
    quality building conservative led backed held wide ish friendly speaking fire in-law sized made born
    round
""")
"""Words that stand on the right of a hyphen that belongs to the word."""

CONTRACTED: Final = _words("""
    dont doesnt didnt isnt wasnt arent werent wouldnt couldnt shouldnt hasnt havent hadnt thats theyre
    youre weve theyve youve ive
""")
"""Contractions that are no other word when their apostrophe is gone."""

FIRM_ENDS: Final = _words("""
    Co Co. Sons Son Company Associates Associate Partners Poor's Noble Wesson Gamble Young Lynch
    Bradstreet Decker Jerry Spencer Chase Chandon Drug Tobacco Country Entertainment Family Mrs Bros
""")
"""Words that stand after the ampersand of a firm's name."""
