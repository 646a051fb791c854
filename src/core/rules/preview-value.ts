import { isList, UNKNOWN, type Json, type Value } from './value.ts';

const partsMax = 50;
const charactersMax = 1_000;

/**
 * A copy for people, in plain JSON: unknown parts are null, and large values are shortened, because a rule can build
 * anything.
 */
export function previewValue(value: Value): Json {
  return preview(value, { partsLeft: partsMax, charactersLeft: charactersMax });
}

interface Room {
  partsLeft: number;
  charactersLeft: number;
}

function preview(value: Value, room: Room): Json {
  room.partsLeft -= 1;
  if (value === UNKNOWN) return null;
  if (typeof value === 'string') return previewText(value, room);
  // JSON has no other way to write NaN and the infinities.
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  if (typeof value !== 'object' || value === null) return value;

  if (isList(value)) {
    const items: Json[] = [];
    for (const item of value) {
      if (room.partsLeft <= 0) return [...items, '...'];
      items.push(preview(item, room));
    }
    return items;
  }
  const members: [string, Json][] = [];
  for (const [name, member] of Object.entries(value)) {
    if (room.partsLeft <= 0) return Object.fromEntries([...members, ['...', '...']]);
    if (member !== undefined) members.push([previewText(name, room), preview(member, room)]);
  }
  return Object.fromEntries(members);
}

function previewText(text: string, room: Room): string {
  const shown = text.slice(0, room.charactersLeft);
  room.charactersLeft -= shown.length;
  return shown.length < text.length ? `${shown}...` : text;
}
