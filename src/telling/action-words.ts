import type { Context } from '../calls/context.ts';
import { methodSettings } from '../configuring/method-settings.ts';
import { chooseTemplate, dataPointText, fillMessage } from '../core/actions/fill-message.ts';
import { withoutLinks } from '../core/actions/without-links.ts';
import type { Tenant } from '../storage/published.ts';
import { loadMessageWords, loadMessagingTemplates } from '../storage/queries/message-words.ts';
import type { MessageWords } from '../storage/queries/message-words.ts';
import type { PageLocale } from '../texts/page-locale.ts';

/** Whose action a message is for. */
export interface AskedAction {
  /** Undefined while a challenge belongs to nobody. */
  readonly userId: string | undefined;
  readonly actionCode: string;
  readonly idempotencyKey: string;
  /** What a challenge that belongs to nobody was started with. */
  readonly custom?: Readonly<Record<string, unknown>> | undefined;
}

/** The method whose configuration lists the data points that a provider's template may have, and its member. */
const variableSettings: ReadonlyMap<string, string> = new Map([
  ['SMS', 'allowedCustomSmsVariables'],
  ['EMAIL_OTP', 'allowedCustomEmailVariables'],
]);

/**
 * What a message can say of its action; undefined if it says nothing, which costs no read. Before the message is counted: a
 * read that fails then costs nobody a send.
 */
export async function loadActionWords(
  { db }: Pick<Context, 'db'>,
  tenant: Tenant,
  verificationMethod: string,
  { userId, actionCode, idempotencyKey, custom }: AskedAction,
): Promise<MessageWords | undefined> {
  const hasMessage = tenant.actions.get(actionCode)?.hasMessage === true;
  if (!hasMessage && allowedVariables(tenant, verificationMethod).length === 0) return undefined;
  const { tenantId } = tenant;
  if (userId !== undefined) return loadMessageWords(db, { tenantId, userId, actionCode, idempotencyKey });
  const messagingTemplates = hasMessage ? await loadMessagingTemplates(db, tenantId, actionCode) : null;
  return { messagingTemplates, actionCustom: custom ?? null, userCustom: null };
}

/**
 * The tenant's own words for what is confirmed, in the language or the closest to it; undefined if there are none. What the
 * action and the user bring becomes no link. `write` puts it in other characters.
 */
export function sayAction(
  words: MessageWords | undefined,
  locale: PageLocale,
  write: (text: string) => string = (text) => text,
): string | undefined {
  const template = chooseTemplate(words?.messagingTemplates ?? null, locale);
  if (words === undefined || template === undefined) return undefined;
  const values = { action: words.actionCustom ?? {}, user: words.userCustom ?? {} };
  // Values are written first, so that no other character completes a link.
  const filled = fillMessage(template, values, (value) => withoutLinks(write(value)));
  return filled === undefined ? undefined : write(filled);
}

/** The data points of the action that the tenant lets templates of the method's provider have, as text. */
export function customVariables(
  tenant: Tenant,
  verificationMethod: string,
  words: MessageWords | undefined,
): Readonly<Record<string, string>> | undefined {
  const custom = words?.actionCustom ?? {};
  const variables = allowedVariables(tenant, verificationMethod).flatMap((name) => {
    const value = Object.hasOwn(custom, name) ? dataPointText(custom[name]) : undefined;
    return value === undefined ? [] : [[name, value.slice(0, variableMax)] as const];
  });
  return variables.length === 0 ? undefined : Object.fromEntries(variables);
}

// A template has room for a line; a value of a megabyte is a mistake.
const variableMax = 500;

function allowedVariables(tenant: Tenant, verificationMethod: string): readonly string[] {
  const setting = variableSettings.get(verificationMethod);
  const names = setting === undefined ? undefined : methodSettings(tenant, verificationMethod)[setting];
  return Array.isArray(names) ? names.map(String) : [];
}
