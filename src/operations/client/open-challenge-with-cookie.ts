import { openChallengeWithCookie as route } from '../../contract/client/challenge.ts';
import { challengeCookie } from '../../contract/client/passkey.ts';
import { clientOperation } from '../operation.ts';
import { anonymousLifetimeMs } from './keys.ts';
import { openAnonymousChallenge } from './open-anonymous-challenge.ts';

export const openChallengeWithCookie = clientOperation(route, async (context, request) => {
  const opened = await openAnonymousChallenge(context, request, request.body, true);
  // As long as the ceremony may last that begins from it.
  request.cookies?.set(challengeCookie, opened.challengeId, anonymousLifetimeMs / 1000);
  return opened;
});
