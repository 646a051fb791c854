/** Messages that an app signs to show that it has its key, before it reads or changes anything. */
import type { Route } from '../../contract/route.ts';
import {
  createSigningMessage,
  listSigningMessages,
  spendSigningMessage,
} from '../../storage/queries/challenges/signing-messages.ts';
import type { SigningPurpose } from '../../storage/queries/challenges/signing-messages.ts';
import type { Context } from '../../calls/context.ts';
import type { ClientRequest } from '../../calls/request.ts';
import { appKeysOf, invalidAppCredential, loadAppCredential } from './app-keys.ts';
import type { AppCredentialOf } from './app-keys.ts';

const lifetimeMs = 2 * 60_000;

/** The text of a message. It is never the id of a request, so that a signature over it approves nothing. */
export function signingMessage(purpose: SigningPurpose, challengeId: string): string {
  return `sallyport-${purpose}:${challengeId}`;
}

/** A new message for the key in a query. @throws {Refusal} `invalid_credential` */
export async function newSigningMessage(
  context: Context,
  { caller, query }: ClientRequest<Route> & { readonly query: { readonly publicKey: string } },
  method: string,
  purpose: SigningPurpose,
): Promise<{ readonly challengeId: string; readonly message: string }> {
  const { tenantId } = caller.tenant;
  const found = await loadAppCredential(context, tenantId, method, appKeysOf(method).readQuery(query.publicKey));
  if (found === undefined) throw invalidAppCredential();
  const { userId, authenticatorId } = found.authenticator;
  const challengeId = context.runtime.ids.uuid();
  const nowMs = context.runtime.clock.now();
  await createSigningMessage(context.db, tenantId, {
    challengeId,
    purpose,
    userId,
    authenticatorId,
    verificationMethod: method,
    nowMs,
    expiresAtMs: nowMs + lifetimeMs,
  });
  return { challengeId, message: signingMessage(purpose, challengeId) };
}

/** Uses up the message that a signature without its text is for. False if there is none. */
export async function spendSigned(
  { db, runtime }: Context,
  tenantId: string,
  method: string,
  { appKey, authenticator }: AppCredentialOf,
  purpose: SigningPurpose,
  signature: string,
): Promise<boolean> {
  const { authenticatorId } = authenticator;
  const nowMs = runtime.clock.now();
  const ids = await listSigningMessages(db, tenantId, authenticatorId, purpose, nowMs);
  const keys = appKeysOf(method);
  const signed = ids.find((id) => keys.isSignature(appKey, signingMessage(purpose, id), signature));
  return signed !== undefined && spendSigningMessage(db, tenantId, authenticatorId, purpose, signed, nowMs);
}
