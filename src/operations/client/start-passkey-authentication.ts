import { startPasskeyAuthentication as route } from '../../contract/client/passkey.ts';
import { clientOperation } from '../operation.ts';
import { startPasskeyCeremony } from './start-passkey-ceremony.ts';

export const startPasskeyAuthentication = clientOperation(route, (context, request) =>
  startPasskeyCeremony(context, request, { challengeId: request.body.challengeId, isCookieBound: false }),
);
