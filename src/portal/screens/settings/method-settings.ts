/** What the pages of methods show of each. */
import { methodSettingsTexts } from '#portal-texts/methods.ts';
import { fill } from '../../kit/fill.ts';
import { manifestOf } from '../../../methods/manifests.ts';
import forms from '../../forms/methods.json' with { type: 'json' };
import type { Field, Values } from '../../kit/described-values.ts';
import { spaced } from '../../kit/words.ts';

interface OwnPath {
  /** Under `/authenticator-configurations`. */
  readonly slug: string;
  readonly fields: readonly Field[];
}
const ownPaths = forms.ownPath as unknown as Readonly<Record<string, OwnPath | undefined>>;
const everyMethod = forms.everyMethod as unknown as readonly Field[];

/** The settings of a method that sends or that belongs to a domain or an app; undefined for others. */
export function ownPathOf(method: string): OwnPath | undefined {
  const own = ownPaths[method];
  if (own === undefined) return undefined;
  const fields = own.fields.filter(({ name }) => name !== 'isActive');
  return { ...own, fields: fields.toSorted((one, other) => rankOf(one) - rankOf(other)) };
}

/** Who sends comes first, with what is needed for it; who stands in comes last. */
function rankOf(field: Field): number {
  if (/Provider$/.test(field.name)) return 0;
  if (field.name === 'webhookUrl' || (field.kind === 'group' && field.providers !== undefined)) return 1;
  return field.name === 'fallback' ? 3 : 2;
}

/** Of what users may do with the method, and what its pages show. */
export function userFieldsOf(method: string): readonly Field[] {
  const manifest = manifestOf(method);
  const names = [
    ...(manifest?.ownSettings ?? []),
    ...(manifest?.perUser === 'set' ? [] : ['isEditableByUser', 'isHiddenToUser']),
    ...Object.values(manifest?.pageFlags ?? {}).map(({ setting }) => setting),
  ];
  return names.flatMap((name) => everyMethod.filter((field) => field.name === name));
}

/** What keeps the method from working as people expect, in words. */
export function missingOf(method: string, own: Values): readonly string[] {
  const missing: string[] = [];
  const setting = Object.keys(own).find((name) => /^(?:sms|whatsApp|email|push)Provider$/.test(name));
  const provider = setting === undefined ? undefined : String(own[setting]);
  const channel = manifestOf(method)?.channel;
  // Mail has that of the server.
  if (channel !== undefined && channel !== 'email' && provider === undefined)
    missing.push(methodSettingsTexts.noProvider);
  const blocks = (ownPaths[method]?.fields ?? []).filter(
    (field) => field.kind === 'group' && provider !== undefined && field.providers?.includes(provider) === true,
  );
  const isOfServer = provider === 'SES';
  if (blocks.length > 0 && !isOfServer && blocks.every(({ name }) => own[name] === undefined))
    missing.push(fill(methodSettingsTexts.noCredentials, { provider: spaced(provider ?? '') }));
  if (channel === 'phoneNumber' && textsIn(own['smsCountryCodes']) === 0) missing.push(methodSettingsTexts.noCountry);
  return missing;
}

const textsIn = (value: unknown) => (Array.isArray(value) ? value.length : 0);
