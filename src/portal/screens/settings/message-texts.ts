/** Texts that a tenant has changed, by language and id. */
import { messageTextsTexts } from '#portal-texts/messages.ts';
import { fill } from '../../kit/fill.ts';
import type { MessageCatalogue, MessageOverrides } from '../../api/types.ts';

type Point = MessageCatalogue['points'][number];

export function textIn(overrides: MessageOverrides, locale: string, id: string): string | undefined {
  const texts = overrides[locale] ?? {};
  return Object.hasOwn(texts, id) ? texts[id] : undefined;
}

/** A language without a text of its own is left out. */
export function withText(
  overrides: MessageOverrides,
  locale: string,
  id: string,
  text: string | undefined,
): MessageOverrides {
  const texts = Object.entries(overrides[locale] ?? {}).filter(([one]) => one !== id);
  const changed = text === undefined ? texts : [...texts, [id, text] as const];
  const others = Object.entries(overrides).filter(([one]) => one !== locale);
  return Object.fromEntries(changed.length === 0 ? others : [...others, [locale, Object.fromEntries(changed)]]);
}

/** What the server would refuse, in words. It has the last word: what it finds beyond this it says itself. */
export function problemOf({ maxLength, allowedPlaceholders }: Point, text: string): string | undefined {
  if (text.length > maxLength) return fill(messageTextsTexts.tooLong, { count: text.length - maxLength });
  const unknown = [...text.matchAll(/\{(\w+)\}/g)]
    .map(([, name = '']) => name)
    .find((name) => !allowedPlaceholders.includes(name));
  return unknown === undefined ? undefined : fill(messageTextsTexts.unknownMark, { mark: `{${unknown}}` });
}
