/** How a request changes a method's configuration: its provider, credentials and limits. */
import { Refusal } from '../contract/errors.ts';
import { credentialBlocks } from '../contract/management/provider-credentials.ts';
import { manifestOf } from '../methods/manifests.ts';
import { applySettings } from './apply-patch.ts';
import type { MethodSecrets } from './method-secrets.ts';

export interface MethodConfiguration {
  readonly isActive: boolean;
  /** Everything that responses may show, including credentials without their secrets. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly secrets: MethodSecrets;
}

type Members = Readonly<Record<string, unknown>>;

/** The name of the setting for a method's provider; undefined for a method that sends nothing. */
export function providerSetting(method: string): string | undefined {
  return manifestOf(method)?.providerSetting;
}

/**
 * The configuration with a request applied. Changing the provider removes the webhook URL and the credentials of the
 * earlier one: unused secrets are not kept.
 * @throws {Refusal} `invalid_request` if provider, credentials, URL or countries do not fit together.
 */
export function configureMethod(method: string, stored: MethodConfiguration, sent: Members): MethodConfiguration {
  const { isActive, fallback, ...members } = sent;
  const isBlock = ([name]: [string, unknown]) => name in credentialBlocks;
  const blocks = Object.entries(members).filter(isBlock);
  const plain = Object.fromEntries(Object.entries(members).filter((member) => !isBlock(member)));

  const named = providerSetting(method);
  const { fallback: storedFallback, ...first } = stored.settings;
  const chosen = withProvider(named, { settings: first, secrets: secretsOf(stored.secrets, 'first') }, plain);
  const provided = blocks.reduce((current, [name, given]) => withBlock(named, current, name, given), chosen);
  const second = withFallback(
    method,
    { settings: (storedFallback as Members | undefined) ?? {}, secrets: secretsOf(stored.secrets, 'second') },
    fallback as Members | null | undefined,
  );
  const isThere = Object.keys(second.settings).length > 0;
  if (isThere && named !== undefined && provided.settings[named] === undefined) {
    throw new Refusal('invalid_request', `fallback stands in for another provider: set ${named} as well.`);
  }
  return {
    isActive: typeof isActive === 'boolean' ? isActive : stored.isActive,
    settings: { ...withCountries(plain, provided.settings), ...(isThere ? { fallback: second.settings } : {}) },
    secrets: {
      ...provided.secrets,
      ...Object.fromEntries(Object.entries(second.secrets).map(([name, members]) => [`${ofFallback}${name}`, members])),
    },
  };
}

/** What the secrets of the second provider are stored under, before the name of their block. */
const ofFallback = 'fallback.';

function secretsOf(secrets: MethodSecrets, place: 'first' | 'second'): MethodSecrets {
  return Object.fromEntries(
    Object.entries(secrets).flatMap(([name, members]) => {
      if (!name.startsWith(ofFallback)) return place === 'first' ? [[name, members]] : [];
      return place === 'second' ? [[name.slice(ofFallback.length), members]] : [];
    }),
  );
}

/** The second provider with a request applied, by the same rules as the first. */
function withFallback(method: string, stored: Provided, sent: Members | null | undefined): Provided {
  if (sent === undefined) return stored;
  if (sent === null) return { settings: {}, secrets: {} };
  const result = configureMethod(method, { isActive: true, ...stored }, sent);
  const named = providerSetting(method);
  if (named === undefined || result.settings[named] === undefined) {
    throw new Refusal('invalid_request', `fallback must name its ${named ?? 'provider'}.`);
  }
  requireCredentials(method, result);
  return result;
}

type Provided = Pick<MethodConfiguration, 'settings' | 'secrets'>;

function withProvider(named: string | undefined, stored: Provided, plain: Members): Provided {
  const settings = applySettings(stored.settings, plain);
  const { secrets } = stored;
  if (named === undefined) return { settings, secrets };
  if (settings[named] === stored.settings[named]) {
    requireUrlOfWebhook(named, settings);
    return { settings, secrets };
  }
  const dropped = Object.keys(credentialBlocks).filter((name) => !serves(name, settings[named]));
  const kept = without(settings, plain['webhookUrl'] ? dropped : [...dropped, 'webhookUrl']);
  requireUrlOfWebhook(named, kept);
  return { settings: kept, secrets: without(secrets, dropped) };
}

/**
 * Applies one block of credentials as sent: undefined changes nothing, null removes the block, members replace stored
 * ones.
 */
function withBlock(named: string | undefined, current: Provided, name: string, given: unknown): Provided {
  const { settings, secrets } = current;
  if (given === undefined) return current;
  if (given === null) return { settings: without(settings, [name]), secrets: without(secrets, [name]) };
  if (named !== undefined && !(serves(name, settings[named]) && isFor(named, name))) {
    const provider = settings[named];
    throw new Refusal(
      'invalid_request',
      provider === undefined
        ? `${name} can be set with a ${named} only.`
        : `${name} does not belong to the ${named} ${String(provider)}.`,
    );
  }
  const { open, secret } = mergeBlock(name, { ...(settings[name] as Members), ...secrets[name] }, given as Members);
  return { settings: { ...settings, [name]: open }, secrets: { ...secrets, [name]: secret } };
}

/** Whether a request sets anything of the provider or its credentials. */
export function concernsProvider(method: string, sent: Members): boolean {
  return Object.keys(sent).some((name) => name === providerSetting(method) || name in credentialBlocks);
}

/** @throws {Refusal} `invalid_request` if the provider lacks credentials that it needs. */
export function requireCredentials(method: string, { settings }: MethodConfiguration): void {
  const named = providerSetting(method);
  if (named === undefined) return;
  // The wire contract has no credentials for it: without them it sends by the server's own, if it has any.
  if (settings[named] === 'SES') return;
  const usable = Object.keys(credentialBlocks).filter(
    // These say nothing of who sends messages.
    (name) => serves(name, settings[named]) && isFor(named, name) && name !== 'playIntegrityCredentials',
  );
  if (usable.length > 0 && !usable.some((name) => name in settings)) {
    throw new Refusal(
      'invalid_request',
      `${usable.join(' or ')} is required with the ${named} ${String(settings[named])}.`,
    );
  }
}

function serves(block: string, provider: unknown): boolean {
  return typeof provider === 'string' && (credentialBlocks[block]?.providers.includes(provider) ?? false);
}

// BIRD and TWILIO send by several channels, with credentials of their own for each.
function isFor(named: string, block: string): boolean {
  switch (named) {
    case 'pushProvider':
      return ['apnsCredentials', 'fcmCredentials', 'playIntegrityCredentials'].includes(block);
    case 'whatsAppProvider':
      return block.includes('WhatsApp');
    case 'emailProvider':
      return block.includes('Email');
    default:
      return !block.includes('Email') && !block.includes('WhatsApp');
  }
}

function requireUrlOfWebhook(named: string, settings: Members): void {
  const isWebhook = settings[named] === 'WEBHOOK';
  const hasUrl = settings['webhookUrl'] !== undefined;
  if (isWebhook && !hasUrl) throw new Refusal('invalid_request', `webhookUrl is required with the ${named} WEBHOOK.`);
  if (!isWebhook && hasUrl) {
    throw new Refusal('invalid_request', `webhookUrl may be set with the ${named} WEBHOOK only.`);
  }
}

function mergeBlock(name: string, stored: Members, given: Members) {
  const block = credentialBlocks[name];
  const merged = applySettings(stored, given);
  const missing = (block?.required ?? []).filter((member) => merged[member] === undefined);
  if (missing.length > 0) throw new Refusal('invalid_request', `${name} must have ${missing.join(', ')}.`);
  const isSecret = (member: string) => block?.secrets.includes(member) ?? true;
  const secret = Object.fromEntries(Object.entries(merged).filter(([member]) => isSecret(member)));
  const open = Object.fromEntries(Object.entries(merged).filter(([member]) => !isSecret(member)));
  const { serviceAccountKey } = given;
  return {
    secret: secret as Readonly<Record<string, string>>,
    open: typeof serviceAccountKey === 'string' ? describeServiceAccount(serviceAccountKey) : open,
  };
}

/** What may be shown of a Google service account key. @throws {Refusal} `invalid_request` if the text is not one. */
function describeServiceAccount(text: string): Members {
  let account: unknown;
  try {
    account = JSON.parse(text);
  } catch {
    // The parser's message would repeat parts of the key.
  }
  if (typeof account !== 'object' || account === null) {
    throw new Refusal(
      'invalid_request',
      'fcmCredentials.serviceAccountKey must be the JSON text of a service account key.',
    );
  }
  const { project_id: projectId, client_email: clientEmail } = account as Members;
  return {
    ...(typeof projectId === 'string' ? { projectId } : {}),
    ...(typeof clientEmail === 'string' ? { clientEmail } : {}),
  };
}

/** The default country is one of those permitted; it is removed if a new list no longer has it. */
function withCountries(sent: Members, settings: Members): Members {
  const { defaultCountryCode, smsCountryCodes } = settings;
  if (defaultCountryCode === undefined || !Array.isArray(smsCountryCodes)) {
    return sent['smsCountryCodes'] === null ? withoutStoredDefault(sent, settings) : settings;
  }
  return smsCountryCodes.includes(defaultCountryCode) ? settings : withoutStoredDefault(sent, settings);
}

function withoutStoredDefault(sent: Members, settings: Members): Members {
  if (typeof sent['defaultCountryCode'] === 'string') {
    throw new Refusal('invalid_request', 'defaultCountryCode must be one of smsCountryCodes.');
  }
  return without(settings, ['defaultCountryCode']);
}

function without<Value>(members: Readonly<Record<string, Value>>, names: readonly string[]) {
  return Object.fromEntries(Object.entries(members).filter(([name]) => !names.includes(name)));
}
