/** Reads PostgreSQL URLs as libpq does: several hosts, sockets. The driver takes one host per URL. */

const shape = /^(postgres(?:ql)?):\/\/(?:([^@/?]*)@)?([^/?@]*)(?:\/([^?]*))?(?:\?(.*))?$/i;
const hostShape = /^(\[[0-9a-f:.]+\]|[^:[\]\s]*)(?::([0-9]{1,5}))?$/i;

/**
 * Returns one URL for each host in the text, in its order: `postgres://user@one,two:5433/name`,
 * `postgres:///name?host=/run`. A mistake is worded to follow the name of a setting, and never repeats a part of the
 * text.
 */
export function databaseUrls(text: string): { readonly urls: readonly string[] } | { readonly mistake: string } {
  // A URL ends before its "#", so a host would be part of the password.
  if (text.includes('#')) {
    return { mistake: 'has a "#": in a user name or a password write it as %23' };
  }
  const [, scheme = '', user, hosts = '', name = '', query = ''] = shape.exec(text) ?? [];
  if (scheme === '') {
    return {
      mistake: 'must be a postgres:// URL; in a user name or a password, percent-encode @ : / ? # % and spaces',
    };
  }
  const parameters = new URLSearchParams(query);
  const wanted = take(parameters, 'target_session_attrs') ?? 'read-write';
  if (!['any', 'read-write', 'primary'].includes(wanted)) {
    return { mistake: 'has a target_session_attrs other than read-write: Sallyport always writes' };
  }
  const ports = take(parameters, 'port')?.split(',') ?? [];
  const named = hosts === '' ? (take(parameters, 'host') ?? 'localhost') : hosts;
  const urls: string[] = [];
  for (const [index, part] of named.split(',').entries()) {
    const port = ports.length > 1 ? ports[index] : ports[0];
    const url = part.startsWith('/') || part.startsWith('%2F') ? socketOf(part, port) : hostOf(part, port);
    if (url === undefined) {
      return {
        mistake:
          'has an invalid host or port: separate several with commas, as in h1:5432,h2; in a user name or a password, percent-encode @ : / ? # % and spaces',
      };
    }
    const rest = new URLSearchParams([...url.parameters, ...parameters]).toString().replaceAll('+', '%20');
    const credentials = user === undefined ? '' : `${user}@`;
    const whole = `${scheme}://${credentials}${url.host}/${name}${rest === '' ? '' : `?${rest}`}`;
    if (!URL.canParse(whole)) {
      return { mistake: 'is not a URL; in a user name or a password, percent-encode @ : / ? # % and spaces' };
    }
    urls.push(whole);
  }
  return { urls };
}

function take(parameters: URLSearchParams, name: string): string | undefined {
  const value = parameters.get(name);
  parameters.delete(name);
  return value ?? undefined;
}

interface Host {
  readonly host: string;
  readonly parameters: readonly [string, string][];
}

function hostOf(part: string, port: string | undefined): Host | undefined {
  const [, host = '', own = port] = hostShape.exec(part) ?? [];
  if (host === '' || (own !== undefined && !isPort(own))) return undefined;
  return { host: own === undefined ? host : `${host}:${own}`, parameters: [] };
}

/** The folder of a socket; the port is part of the socket's name. */
function socketOf(part: string, port: string | undefined): Host | undefined {
  if (port !== undefined && !isPort(port)) return undefined;
  return {
    host: 'localhost',
    parameters: [
      ['host', decodeURIComponent(part)],
      ['port', port ?? '5432'],
    ],
  };
}

function isPort(text: string): boolean {
  return /^[0-9]+$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535;
}
