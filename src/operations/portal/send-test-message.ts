import { recordAudit } from '../../calls/record-audit.ts';
import type { Context } from '../../calls/context.ts';
import { Refusal } from '../../contract/errors.ts';
import { sendTestMessage as route } from '../../contract/portal/test-messages.ts';
import { emailContact, phoneContact } from '../../core/authenticators/contact.ts';
import type { Contact } from '../../core/authenticators/contact.ts';
import { maskEmail, maskPhoneNumber } from '../../core/authenticators/mask-contact.ts';
import { pumpingSettingsOf } from '../../core/pumping/pumping-settings.ts';
import { countTestMessage } from '../../counting/count-test-message.ts';
import { numberFacts } from '../../counting/count-text.ts';
import { manifestOf } from '../../methods/manifests.ts';
import { codeMinutes } from '../../proving/challenge-code.ts';
import type { Tenant } from '../../storage/published.ts';
import { sendTestMessage as send, testPush } from '../../telling/send-test-message.ts';
import { whyUndeliverable } from '../../telling/usable-methods.ts';
import { operation } from '../operation.ts';

export const sendTestMessage = operation(route, async (context, request) => {
  const { caller, body } = request;
  const { verificationMethod } = body;
  // What was saved on another node a moment ago is tested, not what was there before.
  await context.published.refresh().catch(() => undefined);
  const tenant = context.published.tenant(caller.tenant.tenantId) ?? caller.tenant;
  const to = recipientOf(body);
  const why = whyUndeliverable(context, tenant, verificationMethod);
  if (why !== undefined) throw new Refusal('invalid_configuration', why);
  if (to?.kind === 'phoneNumber') requireServed(context, tenant, verificationMethod, to.value);
  await context.db.transaction(async (sql) => {
    await countTestMessage(sql, context, tenant, to);
    // Before it is sent: none leaves without a trace.
    const masked = to && (to.kind === 'email' ? maskEmail(to.value) : maskPhoneNumber(to.value));
    await recordAudit(sql, context, route, request, undefined, { verificationMethod, ...(masked && { to: masked }) });
  });
  const result =
    to === undefined
      ? await testPush(context, tenant)
      : await send(context, tenant, { verificationMethod, to, validMinutes: codeMinutes });
  return { ...result, heard: [...result.heard] };
});

/** Who gets it; undefined for push messages, which nobody gets. @throws {Refusal} `invalid_request` */
function recipientOf({
  verificationMethod,
  email,
  phoneNumber,
}: {
  readonly verificationMethod: string;
  readonly email?: string | null | undefined;
  readonly phoneNumber?: string | null | undefined;
}): Contact | undefined {
  const channel = manifestOf(verificationMethod)?.channel;
  const given = { email: email ?? undefined, phoneNumber: phoneNumber ?? undefined };
  const isRight = (['email', 'phoneNumber'] as const).every(
    (kind) => (given[kind] !== undefined) === (kind === channel),
  );
  if (!isRight) {
    const needed = channel === 'push' ? 'neither email nor phoneNumber' : `${channel} alone`;
    throw new Refusal('invalid_request', `A test of ${verificationMethod} takes ${needed}.`);
  }
  if (given.email !== undefined) return emailContact(given.email);
  return given.phoneNumber === undefined ? undefined : phoneContact(given.phoneNumber);
}

/** @throws {Refusal} `invalid_configuration` for a number that users could not use either */
function requireServed(context: Context, tenant: Tenant, verificationMethod: string, phoneNumber: string): void {
  const settings = pumpingSettingsOf(tenant.authenticatorConfigurations, verificationMethod);
  if (settings.mode === 'monitor') return;
  const { countryCode, numberType } = numberFacts(context, phoneNumber);
  if (countryCode === null || !settings.countryCodes.includes(countryCode)) {
    throw new Refusal(
      'invalid_configuration',
      `No texts go to numbers of ${countryCode ?? 'no known country'}. Add it to smsCountryCodes of ${verificationMethod}, or use a number of ${settings.countryCodes.join(', ')}.`,
    );
  }
  if (!settings.numberTypes.includes(numberType)) {
    throw new Refusal(
      'invalid_configuration',
      `No texts go to numbers of the type ${numberType}. Use a number of the types ${settings.numberTypes.join(', ')}.`,
    );
  }
}
