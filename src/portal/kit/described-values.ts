/** What a form with described fields holds, and what of it is to be saved. */
import { describedValuesTexts } from '#portal-texts/forms.ts';
import type { FormField } from '../../contract/form-fields.ts';
import { sameText } from './use-guard.ts';

export type Values = Readonly<Record<string, unknown>>;
export type Field = FormField;

/** Whether the field belongs to what has been chosen among the others: credentials belong to a provider. */
export function isShown(field: Field, values: Values, fields: readonly Field[]): boolean {
  const providers = field.kind === 'group' ? field.providers : field.name === 'webhookUrl' ? ['WEBHOOK'] : undefined;
  const choice = fields.find(({ name }) => /^(?:sms|whatsApp|email|push)Provider$/.test(name));
  return providers === undefined || choice === undefined || providers.includes(String(values[choice.name]));
}

/** Without it, if the value is undefined. */
export function withValue(values: Values, name: string, value: unknown): Values {
  const rest = Object.fromEntries(Object.entries(values).filter(([one]) => one !== name));
  return value === undefined ? rest : { ...rest, [name]: value };
}

/** The body that makes what is stored into what the form holds. What cannot be cleared and is empty is left out. */
export function changesOf(fields: readonly Field[], stored: Values, held: Values): Values {
  const changes: Record<string, unknown> = {};
  for (const field of fields) {
    const { name, isClearable } = field;
    const [before, after] = [stored[name], held[name]];
    if (!isShown(field, held, fields) || sameText(before ?? null) === sameText(after ?? null)) continue;
    if (after === undefined) {
      if (isClearable === true) changes[name] = null;
    } else if (field.kind === 'group')
      changes[name] = wholeGroup(field.fields, (before ?? {}) as Values, after as Values);
    else changes[name] = after;
  }
  return changes;
}

/** Some groups merge and others are replaced: all members, with null for those that were removed, say the same to both. */
function wholeGroup(fields: readonly Field[], before: Values, after: Values): Values {
  const members = fields.flatMap((field): readonly (readonly [string, unknown])[] => {
    const { name, isClearable } = field;
    if (!isShown(field, after, fields)) return [];
    const value = after[name];
    if (value === undefined) return before[name] !== undefined && isClearable === true ? [[name, null]] : [];
    if (field.kind !== 'group') return [[name, value]];
    return [[name, wholeGroup(field.fields, (before[name] ?? {}) as Values, value as Values)]];
  });
  return Object.fromEntries(members);
}

/** Names that are written otherwise than the rest. */
const spelled: Readonly<Record<string, string>> = {
  sms: 'SMS',
  url: 'URL',
  urls: 'URLs',
  id: 'id',
  ids: 'ids',
  ip: 'IP',
  ui: 'UI',
  mfa: 'MFA',
  ttl: 'TTL',
  sid: 'SID',
  aaguids: 'AAGUIDs',
  api: 'API',
  ses: 'SES',
  smtp: 'SMTP',
  tnz: 'TNZ',
  fcm: describedValuesTexts.firebase,
  apns: describedValuesTexts.applePush,
  aws: 'AWS',
};

/** `smsCountryCodes` as "SMS country codes". */
export function labelOf(name: string): string {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .split(/[ _-]/)
    .map((word) => word.toLowerCase())
    .filter((word) => word !== 'configuration' && word !== 'configurations');
  const written = (words[0] === 'is' ? words.slice(1) : words).map((word) => spelled[word] ?? word).join(' ');
  return `${written.charAt(0).toUpperCase()}${written.slice(1)}`.replace(/whats app/i, 'WhatsApp');
}
