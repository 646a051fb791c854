/**
 * A way to the issuer and back. What is compared then is in a sealed cookie, so that every node can finish what another one has
 * begun, and only the browser that began it: a response that was made for somebody else finds no cookie that fits
 * (RFC 9700 §4.7).
 */
import type { Context } from '../calls/context.ts';
import type { Request } from '../calls/request.ts';
import { oidcCookie } from '../contract/apis.ts';
import { Refusal } from '../contract/errors.ts';
import type { Route } from '../contract/route.ts';
import type { Oidc, OidcChecks, OidcIdentity } from '../delivery/oidc.ts';
import { OidcFailed } from '../delivery/oidc-failed.ts';
import { digestsEqual } from '../runtime/crypto.ts';
import { spendOidcFlow } from '../storage/queries/operator-identities.ts';
import { portalTenantId } from '../storage/queries/tenants.ts';
import { digestOf, newSecret } from './secrets.ts';

/** What somebody went to the issuer for. It counts for nothing else. */
export type OidcPurpose =
  | { readonly kind: 'sign-in' }
  | { readonly kind: 'invitation'; readonly digest: string }
  | { readonly kind: 'step-up'; readonly sessionId: string };

interface OidcFlow extends OidcChecks {
  readonly flowId: string;
  readonly untilMs: number;
  readonly purpose: OidcPurpose;
}

/** Somebody who came back, for what they went. */
export interface OidcReturn {
  readonly flowId: string;
  readonly purpose: OidcPurpose;
  readonly identity: OidcIdentity;
}

type Cookies = Pick<Request<Route>, 'cookies'>['cookies'];

const flowMs = 10 * 60_000;
const place = { tenantId: portalTenantId, table: 'cookies', row: 'oidc', column: 'flow' } as const;

/** @throws {Refusal} `invalid_configuration` */
export function requireOidc({ oidc }: Pick<Context, 'oidc'>): Oidc {
  if (oidc !== undefined) return oidc;
  throw new Refusal(
    'invalid_configuration',
    'This server has no issuer to sign in at. It is set by SALLYPORT_OIDC_ISSUER.',
  );
}

/** Where to go. @throws {Refusal} `invalid_configuration`, `unavailable` */
export async function beginOidcFlow(context: Context, cookies: Cookies, purpose: OidcPurpose): Promise<string> {
  const { runtime, seal } = context;
  const oidc = requireOidc(context);
  const { random } = runtime;
  const flow: OidcFlow = {
    flowId: runtime.ids.uuid(),
    untilMs: runtime.clock.now() + flowMs,
    purpose,
    // Its beginning tells the page to which call what comes back belongs.
    state: `${purpose.kind === 'step-up' ? 'step-up' : 'sign-in'}.${newSecret(random)}`,
    nonce: newSecret(random),
    verifier: newSecret(random),
  };
  const url = await oidc
    .authorizationUrl(returnUrl(context), flow, { isFresh: purpose.kind === 'step-up' })
    .catch((error: unknown) => refuse(context, oidc, error));
  const sealed = seal.seal(Buffer.from(JSON.stringify(flow)), place);
  cookies?.set(oidcCookie, sealed.toString('base64url'), flowMs / 1000);
  return url;
}

/**
 * Who came back with a response, for a purpose that fits. Uses the flow up before the issuer is asked, so that none counts
 * twice, whatever the issuer does with a code that it sees again.
 * @throws {Refusal} `invalid_configuration`, `invalid_token`, `expired_token`, `forbidden`, `unavailable`
 */
export async function finishOidcFlow(
  context: Context,
  cookies: Cookies,
  response: string,
  fits: (purpose: OidcPurpose) => boolean,
): Promise<OidcReturn> {
  const oidc = requireOidc(context);
  const { runtime } = context;
  const flow = openFlow(context, cookies?.get(oidcCookie));
  const callback = new URL(`${returnUrl(context)}?${response.replace(/^\?/, '').replaceAll('#', '%23')}`);
  const { [0]: state, length } = callback.searchParams.getAll('state');
  const isOurs =
    flow !== undefined &&
    length === 1 &&
    fits(flow.purpose) &&
    digestsEqual(digestOf(state ?? ''), digestOf(flow.state));
  if (!isOurs) throw notBegunHere();
  cookies?.remove(oidcCookie);
  const { flowId, untilMs, purpose } = flow;
  if (runtime.clock.now() >= untilMs) throw new Refusal('expired_token', 'That took too long. Start again.');
  const { db } = context.forTenant(portalTenantId);
  if (!(await spendOidcFlow(db, portalTenantId, flowId, untilMs))) throw notBegunHere();
  const identity = await oidc.identify(callback, flow).catch((error: unknown) => refuse(context, oidc, error));
  return { flowId, purpose, identity };
}

function returnUrl({ publicUrl }: Pick<Context, 'publicUrl'>): string {
  return `${publicUrl}/portal/oidc`;
}

function openFlow({ seal }: Pick<Context, 'seal'>, sealed: string | undefined): OidcFlow | undefined {
  if (sealed === undefined) return undefined;
  try {
    return JSON.parse(seal.open(Buffer.from(sealed, 'base64url'), place).toString()) as OidcFlow;
  } catch {
    // Not sealed by this server: what it could have said counts for nothing.
    return undefined;
  }
}

function notBegunHere(): Refusal {
  return new Refusal('invalid_token', 'This was not begun in this browser, or it has been used already. Start again.');
}

/** The log says why, to the people who run this server; strangers learn only what they can do. */
function refuse({ warnOnceAMinute }: Pick<Context, 'warnOnceAMinute'>, { name }: Oidc, error: unknown): never {
  if (!(error instanceof OidcFailed)) throw error;
  warnOnceAMinute(`oidc ${error.reason}`, `Sign-in at ${name} failed. ${error.message}`);
  switch (error.reason) {
    case 'down':
      throw new Refusal('unavailable', `${name} does not answer. Wait a moment, then start again.`, 10);
    case 'denied':
      throw new Refusal('forbidden', `${name} did not let you in, or you cancelled it there. Start again.`);
    case 'wrong':
      throw new Refusal(
        'forbidden',
        `What ${name} answered could not be checked. Start again; if it happens again, tell your admin.`,
      );
  }
}
