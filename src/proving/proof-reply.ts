import type { OwnAuthenticator, VerifyReply } from '../contract/client/values.ts';
import type { AcceptedProof } from './accept-proof.ts';
import { proofToken } from './proof-token.ts';
import type { Context } from '../calls/context.ts';
import { ownAuthenticatorView } from '../views/own-authenticator-view.ts';

/** The response to an accepted proof: a token with what it has earned, and the authenticator that it enrolled. */
export function proofReply(
  context: Context,
  { action, earned, enrolled }: AcceptedProof,
): VerifyReply & { readonly accessToken: string; readonly userAuthenticator?: OwnAuthenticator } {
  return {
    isVerified: true,
    accessToken: proofToken(context, action, earned),
    ...(enrolled === undefined
      ? {}
      : { userAuthenticator: ownAuthenticatorView(context, enrolled.authenticator, enrolled.defaultId) }),
  };
}
