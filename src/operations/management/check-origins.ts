import { Refusal } from '../../contract/errors.ts';
import { pageBudgets } from '../../contract/management/page-budgets.ts';
import { readRelyingParty } from '../expected-origins.ts';
import type { Context } from '../operation.ts';
import { readOrigin } from '../read-origin.ts';
import type { MethodConfiguration } from './configure-method.ts';

/**
 * Refuses origins that nothing would ever match, and more than a page's header has room for (rulings 50, 57). Those that are
 * stored already are looked at again only where a change of the relying party concerns them.
 * @throws {Refusal} `invalid_request` naming the member
 */
export function checkOrigins(
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
      `expectedOrigins take ${length} characters in a header of each page, of ${max}. Shorten the list.`,
    );
  }
}
