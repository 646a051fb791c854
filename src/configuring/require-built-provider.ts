import { Refusal } from '../contract/errors.ts';
import { emailProviders } from '../delivery/email/email-providers.ts';
import { textProviders } from '../delivery/text/text-providers.ts';

const built: ReadonlyMap<string, readonly string[]> = new Map([
  ['smsProvider', [...textProviders.SMS.keys()]],
  ['whatsAppProvider', [...textProviders.WHATSAPP.keys()]],
  ['emailProvider', [...emailProviders.keys()]],
]);

/**
 * Refuses a provider that the wire contract knows and this release does not have: a message would never be sent.
 * @throws {Refusal} `invalid_configuration`
 */
export function requireBuiltProvider(sent: Readonly<Record<string, unknown>>): void {
  for (const [setting, names] of built) {
    const name = sent[setting];
    if (typeof name !== 'string' || names.includes(name)) continue;
    throw new Refusal(
      'invalid_configuration',
      `The ${setting} ${name} is not part of this release: use ${names.join(', ')}.`,
    );
  }
}
