-- What one sketch says of another: the same decision as worker/dedupe/likeness.py, number for number.

local NEAR_MIN, NEAR_FEW_MIN, FEW, NEAR_ALONE_MIN, ALONE_DOUBT = 0.72, 0.60, 40, 0.88, 2
local LEAD_MIN, EMBEDDED_LEAD_MIN, LEAD_COMMON_MIN, LEAD_DOUBT, COMMON_MIN = 0.55, 0.50, 0.60, 4, 0.5
local MOST_MIN, MOST_LEAD_MIN = 0.85, 0.25
local EDITED_MIN, PARTS, PART_MIN = 0.40, 8, 0.16
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

-- The share that `counts` has of that one of PARTS equal parts of a sample where it is least.
local function least_part(sample, counts, level, bits)
  local below, cut = 2 ^ (VALUE_BITS - (level - sample.level)), 2 ^ (VALUE_BITS - (level - sample.level) - bits)
  local found, size = {}, 0
  for place = 1, sample.count do
    local value = sample.values[place]
    if value < below then
      size = size + 1
      found[size] = counts[floor(value / cut)] and 1 or 0
    end
  end
  local least, first = 1, 0
  for part = 1, PARTS do
    local last, sum = floor(size * part / PARTS), 0
    for place = first + 1, last do sum = sum + found[place] end
    least = math.min(least, sum / (last - first))
    first = last
  end
  return least
end

local function is_edited(new, old)
  local level = math.max(new.level, old.level)
  local bits = VALUE_BITS - (level - math.min(new.level, old.level))
  local ours = counted(new.values, new.count, new.level, level, bits)
  local theirs = counted(old.values, old.count, old.level, level, bits)
  return math.min(least_part(new, theirs, level, bits), least_part(old, ours, level, bits)) >= PART_MIN
end

local function lead_in_lead(text, other)
  if text.lead_count == 0 then return 0 end
  local ours = counted(lead_of(text), text.lead_count, 0, 0, VALUE_BITS)
  local theirs = counted(lead_of(other), other.lead_count, 0, 0, VALUE_BITS)
  return found_in(ours, theirs) / text.lead_count
end

local function lead_in_body(text, other)
  local level = math.max(LEAD_LEVEL, other.level)
  local bits = VALUE_BITS - (level - math.min(LEAD_LEVEL, other.level))
  local sought, size = counted(lead_of(text), text.lead_count, LEAD_LEVEL, level, bits)
  local known = counted(other.values, other.count, other.level, level, bits)
  return found_in(sought, known) / (size + LEAD_DOUBT)
end

-- Whether the lead of one text stands in the other, as far as it must.
local function has_lead(new, old, own, common)
  local lead_min, embedded_min = LEAD_MIN, EMBEDDED_LEAD_MIN
  if common then
    lead_min, embedded_min = LEAD_COMMON_MIN, LEAD_COMMON_MIN
  elseif own >= MOST_MIN then
    lead_min, embedded_min = MOST_LEAD_MIN, MOST_LEAD_MIN
  end
  if math.max(lead_in_lead(new, old), lead_in_lead(old, new)) >= lead_min then return true end
  return math.max(lead_in_body(new, old), lead_in_body(old, new)) >= embedded_min
end

-- The share in common of what is no boilerplate, with `doubt` more that is not in common.
local function own_share(matched, size, boilerplate, doubt)
  local common = matched * boilerplate
  local rest = size - common + doubt
  return rest > 0 and (matched - common) / rest or 0
end

-- What `new` is to `old`, both with a `sketch`: 'exact', 'near', 'shared' or nil, the similarity, and the share of the
-- new one.
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
  local own, few, common = own_share(matched, size, boilerplate, 0), size < FEW, boilerplate >= COMMON_MIN
  if not common then
    if own_share(matched, size, boilerplate, ALONE_DOUBT) >= NEAR_ALONE_MIN then return 'near', similarity, share end
    if own >= EDITED_MIN and not few and is_edited(new, old) then return 'near', similarity, share end
  end
  if own >= ((few or common) and NEAR_FEW_MIN or NEAR_MIN) and has_lead(new, old, own, common) then
    return 'near', similarity, share
  end
  return own >= SHARED_MIN and 'shared' or nil, similarity, share
end
