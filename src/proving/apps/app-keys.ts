/** What the stories of app credentials have in common: which key a request names, and how one is refused. */
import { Refusal } from '../../contract/errors.ts';
import type { Route } from '../../contract/route.ts';
import { hasExpired } from '../../core/authenticators/expiry.ts';
import type { AppKey, AppKeys } from '../../methods/method.ts';
import { methods } from '../../methods/registry.ts';
import { loadCredential } from '../../storage/queries/authenticators.ts';
import type { AuthenticatorRow } from '../../storage/queries/authenticators.ts';
import type { Context } from '../../calls/context.ts';
import type { ClientRequest } from '../../calls/request.ts';
import { recordRefusal } from '../../calls/record-refusal.ts';

export function appKeysOf(method: string): AppKeys {
  const keys = methods.get(method)?.appKeys;
  if (keys === undefined) throw new Error(`${method} has no keys of apps.`);
  return keys;
}

/** A registered key of an app. */
export interface AppCredentialOf {
  readonly appKey: AppKey;
  readonly authenticator: AuthenticatorRow;
}

/** The registration of a key in a tenant; undefined if the text is no key, nobody has registered it, or it has expired. */
export async function loadAppCredential(
  { db, runtime }: Context,
  tenantId: string,
  method: string,
  appKey: AppKey | undefined,
): Promise<AppCredentialOf | undefined> {
  if (appKey === undefined) return undefined;
  const authenticator = await loadCredential(db, tenantId, method, appKey.credentialId);
  if (authenticator === undefined || hasExpired(authenticator, runtime.clock.now())) return undefined;
  return { appKey, authenticator };
}

/** The refusal for whatever is wrong with a key, a signature or what it signs: the same for every reason. */
export function invalidAppCredential(): Refusal {
  return new Refusal(
    'invalid_credential',
    'The key is not registered here, its signature does not fit, or what it signs is over.',
  );
}

/** The same, after something that an app has signed: the audit log records the reason. */
export async function recordAppRefusal(
  context: Context,
  request: ClientRequest<Route>,
  userId: string | undefined,
  verificationMethod: string,
  reason: 'key' | 'signature' | 'challenge' | 'user' | 'number' | 'plain approval' | 'attestation',
): Promise<Refusal> {
  await recordRefusal(context, request, userId, { verificationMethod, reason });
  return invalidAppCredential();
}

/**
 * The registered key of a body, if it has signed the message.
 * @throws {Refusal} `invalid_credential`
 */
export async function requireAppSignature(
  context: Context,
  request: ClientRequest<Route> & {
    readonly body: { readonly publicKey: string; readonly signature: string };
  },
  method: string,
  messages: readonly string[],
): Promise<AppCredentialOf> {
  const { publicKey, signature } = request.body;
  const keys = appKeysOf(method);
  const { tenantId } = request.caller.tenant;
  const found = await loadAppCredential(context, tenantId, method, keys.read(publicKey));
  if (found === undefined) throw await recordAppRefusal(context, request, undefined, method, 'key');
  if (messages.some((message) => keys.isSignature(found.appKey, message, signature))) return found;
  throw await recordAppRefusal(context, request, found.authenticator.userId, method, 'signature');
}
