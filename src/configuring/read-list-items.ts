import { Refusal } from '../contract/errors.ts';

type Item = string | number;

/** Items as a list of their type stores them. Numbers may be sent as text, as command lines do. @throws {Refusal} */
export function readListItems(itemType: 'string' | 'number', items: readonly Item[]): readonly Item[] {
  return items.map((item, index) => {
    const read = itemType === 'number' && typeof item === 'string' ? numberOf(item) : item;
    if (typeof read !== itemType) {
      throw new Refusal(
        'invalid_request',
        `valueListItems.${index} must be a ${itemType}, like the itemType of the list.`,
      );
    }
    if (typeof read === 'number' && Number.isInteger(read) && !Number.isSafeInteger(read)) {
      throw new Refusal(
        'invalid_request',
        `valueListItems.${index} is a number that JSON readers round: use a list of strings.`,
      );
    }
    return read;
  });
}

function numberOf(text: string): Item {
  const number = /^\s*-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\s*$/.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(number) ? number : text;
}
