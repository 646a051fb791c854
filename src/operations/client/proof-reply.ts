import type { OwnAuthenticator, VerifyReply } from '../../contract/client/values.ts';
import type { AcceptedProof } from '../../proving/accept-proof.ts';
import { proofToken } from '../../proving/proof-token.ts';
import type { Context } from '../operation.ts';
import { ownAuthenticatorView } from './own-authenticator-view.ts';

/** The answer to a proof that was accepted: a token with what it has earned, and the authenticator that it enrolled. */
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
