import { openChallenge as route } from '../../contract/client/challenge.ts';
import { operation } from '../operation.ts';
import { openAnonymousChallenge } from '../../proving/open-anonymous-challenge.ts';

export const openChallenge = operation(route, (context, request) =>
  openAnonymousChallenge(context, request, request.body, { isCookieBound: false }),
);
