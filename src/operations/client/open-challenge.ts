import { openChallenge as route } from '../../contract/client/challenge.ts';
import { clientOperation } from '../operation.ts';
import { openAnonymousChallenge } from './open-anonymous-challenge.ts';

export const openChallenge = clientOperation(route, (context, request) =>
  openAnonymousChallenge(context, request, request.body, false),
);
