import { startPasskeyAuthentication as route } from '../contract.ts';
import { operation } from '../../../operations/operation.ts';
import { startPasskeyCeremony } from '../../../proving/keys/start-passkey-ceremony.ts';

export const startPasskeyAuthentication = operation(route, (context, request) =>
  startPasskeyCeremony(context, request, { challengeId: request.body.challengeId, isCookieBound: false }),
);
