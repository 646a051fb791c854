import { Refusal } from '../contract/errors.ts';
import { pageBudgets } from '../contract/management/page-budgets.ts';
import { readRelyingParty } from './expected-origins.ts';
import type { Context } from '../calls/context.ts';
import { readOrigin } from './read-origin.ts';
import type { MethodConfiguration } from './configure-method.ts';

/**
 * Refuses origins that could never match, and more than fit into a page's header (rulings 50, 57). Stored ones are
 * checked again only if a change of the relying party affects them.
 * @throws {Refusal} `invalid_request` naming the member
 */
export function requireUsableOrigins(
  context: Context,
  sent: Readonly<Record<string, unknown>>,
  { settings }: MethodConfiguration,
): void {
  const { expectedOrigins: entries } = settings;
  const isNew = Array.isArray(sent['expectedOrigins']);
  if (!Array.isArray(entries) || (!isNew && sent['relyingParty'] === undefined)) return;
  const { rpId, ancestors } = readRelyingParty(context, settings);
  for (const [index, entry] of entries.map(String).entries()) {
    const { problem } = readOrigin(entry, rpId);
    const isConcerned = isNew || entry.includes('*');
    if (isConcerned && problem !== undefined) {
      throw new Refusal('invalid_request', `expectedOrigins[${index}] ${problem}`);
    }
  }
  const { max } = pageBudgets.ancestorCharacters;
  const { length } = ancestors.join(' ');
  if (isNew && length > max) {
    throw new Refusal(
      'invalid_request',
      `expectedOrigins take ${length} characters in a header of each page, at most ${max} fit. Shorten the list.`,
    );
  }
}
