import { emailProviders } from '../delivery/email/email-providers.ts';
import { httpGet } from '../delivery/http-get.ts';
import type { Callback, Report } from '../delivery/report.ts';
import { textProviders } from '../delivery/text/text-providers.ts';
import { sha256 } from '../runtime/crypto.ts';
import type { Context } from '../calls/context.ts';
import { isCallbackOf } from './callback-url.ts';
import type { CallbackToken } from './callback-url.ts';
import { allCredentials, ownProviders } from './own-providers.ts';

export interface ToldReports {
  readonly provider: string;
  /** So many at most that one transaction records them; each with an id that is the same for the same bytes. */
  readonly parts: readonly { readonly reportId: string; readonly reports: readonly Report[] }[];
}

const partMax = 100;

/**
 * What a provider tells in a call: `nobody` if no provider of the tenant has this path, `forged` if the signature is not
 * its own.
 */
export async function readReports(
  context: Context,
  token: CallbackToken,
  callback: Callback,
): Promise<ToldReports | 'nobody' | 'forged'> {
  const { tenant, method, place } = token;
  const own = ownProviders(tenant, method).find((provider) => provider.place === place);
  if (own === undefined || !isCallbackOf(token, own)) return 'nobody';
  const known =
    method === 'SMS' || method === 'WHATSAPP' ? textProviders[method].get(own.name) : emailProviders.get(own.name);
  const { credentials: block = null, reports } = known ?? {};
  if (reports === undefined) return 'nobody';
  const { outbound, runtime } = context;
  const checkedWith = {
    credentials: block === null ? {} : allCredentials(context, tenant.tenantId, own, block),
    nowMs: runtime.clock.now(),
    get: (url: string) => httpGet(outbound, tenant.tenantId, url, runtime.timers),
  };
  if (reports.isGenuine !== undefined && !(await reports.isGenuine(callback, checkedWith))) return 'forged';
  await reports.answer?.(callback, checkedWith);
  const told = reports.read(callback);
  const digest = sha256(JSON.stringify([method, place, own.name, callback.body]));
  const parts = Array.from({ length: Math.ceil(told.length / partMax) }, (_, part) => ({
    reportId: uuidOf(sha256(Buffer.concat([digest, Buffer.from(String(part))]))),
    reports: told.slice(part * partMax, (part + 1) * partMax),
  }));
  return { provider: own.name, parts };
}

function uuidOf(digest: Buffer): string {
  return digest.toString('hex', 0, 16).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
