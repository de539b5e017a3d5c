-- What one sketch says of another: the same decision as worker/dedupe/likeness.py, number for number.

local NEAR_MIN, NEAR_ALONE_MIN, COMMON_MIN = 0.60, 0.90, 0.5
local LEAD_MIN, LEAD_COMMON_MIN, LEAD_DOUBT = 0.25, 0.6, 4
local SHARED_MIN, EVIDENCE_MIN, SIZES_ALIKE, LEAD_LEVEL, VALUE_BITS = 0.10, 6, 1.5, 1, 16
local FIRST_VALUE = 17

local FORMATS = setmetatable({}, {__index = function(formats, count)
  formats[count] = '<' .. string.rep('H', count)
  return formats[count]
end})

-- The sample that `text.sketch` holds, kept with the text. The values of the lead are read when they are needed.
local function sample_of(text)
  if text.sample then return text.sample end
  local sketch = text.sketch
  local _, level, count, lead_count, words = s_unpack('<BBBBI4', sketch)
  local values = {s_unpack(FORMATS[count], sketch, FIRST_VALUE)}
  text.sample = {
    level = level, count = count, lead_count = lead_count, words = words, exact = sub(sketch, 9, 16), values = values,
    sketch = sketch, counts = {},
  }
  return text.sample
end

local function lead_of(sample)
  if not sample.lead then
    sample.lead = {s_unpack(FORMATS[sample.lead_count], sample.sketch, FIRST_VALUE + 2 * sample.count)}
  end
  return sample.lead
end

-- The first `last` values of a sample at `level`, as they are at `sparser`, of which `bits` bits are known: how often each,
-- and how many there are.
local function counted(values, last, level, sparser, bits)
  local below, cut = 2 ^ (VALUE_BITS - (sparser - level)), 2 ^ (VALUE_BITS - (sparser - level) - bits)
  local counts, size = {}, 0
  for place = 1, last do
    local value = values[place]
    if value < below then
      if cut > 1 then value = floor(value / cut) end
      counts[value] = (counts[value] or 0) + 1
      size = size + 1
    end
  end
  return counts, size
end

local function found_in(ours, theirs)
  local found = 0
  for value, count in pairs(ours) do
    if theirs[value] then found = found + count end
  end
  return found
end

-- How many of each sample stand in the other, and the sizes, at the sparser level. Only the old one is walked.
local function overlap(new, old)
  local level = math.max(new.level, old.level)
  local bits = VALUE_BITS - (level - math.min(new.level, old.level))
  local key = level * 32 + bits
  local ours = new.counts[key]
  if not ours then
    local counts, size = counted(new.values, new.count, new.level, level, bits)
    ours = {counts, size}
    new.counts[key] = ours
  end
  local counts, values = ours[1], old.values
  local below, cut = 2 ^ (VALUE_BITS - (level - old.level)), 2 ^ (VALUE_BITS - (level - old.level) - bits)
  local of_new, of_old, size, seen = 0, 0, 0, {}
  for place = 1, old.count do
    local value = values[place]
    if value < below then
      size = size + 1
      if cut > 1 then value = floor(value / cut) end
      local count = counts[value]
      if count then
        of_old = of_old + 1
        if not seen[value] then
          seen[value] = true
          of_new = of_new + count
        end
      end
    end
  end
  return of_new, of_old, ours[2], size
end

local function lead_in(text, other)
  if text.lead_count == 0 then return 0 end
  local lead, last = lead_of(text), text.lead_count
  local ours = counted(lead, last, 0, 0, VALUE_BITS)
  local theirs = counted(lead_of(other), other.lead_count, 0, 0, VALUE_BITS)
  local dense = found_in(ours, theirs) / text.lead_count
  local level = math.max(LEAD_LEVEL, other.level)
  local bits = VALUE_BITS - (level - math.min(LEAD_LEVEL, other.level))
  local sought, size = counted(lead, last, LEAD_LEVEL, level, bits)
  local sparse = counted(other.values, other.count, other.level, level, bits)
  return math.max(dense, found_in(sought, sparse) / (size + LEAD_DOUBT))
end

-- Whether the lead of one stands in the other, or so little is left over that it need not.
local function has_lead(new, old, own, boilerplate)
  local common = boilerplate >= COMMON_MIN
  if own >= NEAR_ALONE_MIN and not common then return true end
  return math.max(lead_in(new, old), lead_in(old, new)) >= (common and LEAD_COMMON_MIN or LEAD_MIN)
end

-- What `new` is to `old`, both with a `sketch`: 'exact', 'near', 'shared' or nil, the similarity, and the share of the new.
local function alike(new_text, old_text, boilerplate)
  local new, old = sample_of(new_text), sample_of(old_text)
  if new.exact == old.exact and new.words == old.words then return 'exact', 1, 1 end
  local matched_new, matched_old, new_size, old_size = overlap(new, old)
  local share = new_size > 0 and matched_new / new_size or 0
  local size, matched = old_size, matched_old
  if new_size < old_size or (new_size == old_size and matched_new <= matched_old) then
    size, matched = new_size, matched_new
  end
  local similarity = size > 0 and matched / size or 0
  if size < EVIDENCE_MIN and math.max(new.words, old.words) > SIZES_ALIKE * math.min(new.words, old.words) then
    return nil, similarity, share
  end
  local common = matched * boilerplate
  local own = size > common and (matched - common) / (size - common) or 0
  if own >= NEAR_MIN and has_lead(new, old, own, boilerplate) then return 'near', similarity, share end
  return own >= SHARED_MIN and 'shared' or nil, similarity, share
end
