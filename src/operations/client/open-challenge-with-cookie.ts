import { openChallengeWithCookie as route } from '../../contract/client/challenge.ts';
import { challengeCookie } from '../../contract/client/cookies.ts';
import { operation } from '../operation.ts';
import { anonymousLifetimeMs } from '../../proving/keys/keys.ts';
import { openAnonymousChallenge } from '../../proving/open-anonymous-challenge.ts';

export const openChallengeWithCookie = operation(route, async (context, request) => {
  const opened = await openAnonymousChallenge(context, request, request.body, { isCookieBound: true });
  // As long as the ceremony that begins with it may last.
  request.cookies?.set(challengeCookie, opened.challengeId, anonymousLifetimeMs / 1000);
  return opened;
});
