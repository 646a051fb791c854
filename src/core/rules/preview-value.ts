import { isList, UNKNOWN, type Json, type Value } from './value.ts';

const partsMax = 50;
const charactersMax = 1_000;

/** A copy for people, in plain JSON: unknown parts are null, and what is large is cut, because a rule can build anything. */
export function previewValue(value: Value): Json {
  return preview(value, { left: partsMax });
}

function preview(value: Value, parts: { left: number }): Json {
  parts.left -= 1;
  if (value === UNKNOWN) return null;
  if (typeof value === 'string' && value.length > charactersMax) return `${value.slice(0, charactersMax)}...`;
  // JSON has no other way to write NaN and the infinities.
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  if (typeof value !== 'object' || value === null) return value;

  if (isList(value)) {
    const items: Json[] = [];
    for (const item of value) {
      if (parts.left <= 0) return [...items, '...'];
      items.push(preview(item, parts));
    }
    return items;
  }
  const members: [string, Json][] = [];
  for (const [name, member] of Object.entries(value)) {
    if (parts.left <= 0) return Object.fromEntries([...members, ['...', '...']]);
    if (member !== undefined) members.push([name, preview(member, parts)]);
  }
  return Object.fromEntries(members);
}
