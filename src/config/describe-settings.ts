import { settings } from './config.ts';

/** How a setting is given, for a reader who must not see what only the operator may see. */
export interface SettingDescription {
  readonly name: string;
  readonly given: 'by variable' | 'by file';
  /**
   * Only if it reveals no secrets, people or folders of this machine. For a URL, the host and the names of parameters.
   */
  readonly value?: string;
}

const shown: ReadonlySet<string> = new Set([
  'SALLYPORT_MODE',
  'SALLYPORT_PORT',
  'SALLYPORT_PUBLIC_URL',
  'SALLYPORT_DATABASE_POOL_SIZE',
  'SALLYPORT_POOLER',
  'SALLYPORT_SANCTIONED_COUNTRIES',
  'SALLYPORT_MANAGEMENT_RATE_LIMIT',
  'SALLYPORT_ANONYMOUS_RATE_LIMIT',
  'SALLYPORT_LIVE_SOCKETS_MAX',
  'SALLYPORT_LOG_LEVEL',
  'SALLYPORT_DRAIN_SECONDS',
]);
const urls: ReadonlySet<string> = new Set([
  'DATABASE_URL',
  'SALLYPORT_LISTEN_URL',
  'SALLYPORT_MIGRATION_URL',
  'SALLYPORT_SMTP_URL',
]);

/** The settings that are given; all others have their default. */
export function describeSettings(variables: Readonly<Record<string, string | undefined>>): SettingDescription[] {
  return Object.entries(settings).flatMap(([name, setting]): SettingDescription[] => {
    const text = variables[name];
    if (!text) return 'secret' in setting && variables[`${name}_FILE`] ? [{ name, given: 'by file' }] : [];
    // An invalid value may be anything: a secret meant for another setting, or a host that is half of a password.
    const isGood = setting.schema.safeParse(text).success;
    const value = !isGood ? undefined : shown.has(name) ? text : urls.has(name) ? describeUrl(text) : undefined;
    return [{ name, given: 'by variable', ...(value === undefined ? {} : { value }) }];
  });
}

function describeUrl(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const { protocol, username, host, searchParams } = new URL(text);
  const names = [...searchParams.keys()].filter((name) => /^[a-z_]{1,32}$/.test(name));
  const user = username === '' ? '' : '***:***@';
  return `${protocol}//${user}${host}/***${names.length === 0 ? '' : `?${names.join('&')}`}`;
}
