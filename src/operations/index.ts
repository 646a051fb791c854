/** Every operation; a route of the contract without one does not start. */
import type { Operation } from './operation.ts';
import { showChallenge } from './pages/show-challenge.ts';
import { deleteAuthenticator } from './server/delete-authenticator.ts';
import { deleteUser } from './server/delete-user.ts';
import { enrollVerifiedAuthenticator } from './server/enroll-verified-authenticator.ts';
import { getAction } from './server/get-action.ts';
import { getAuthenticatorConfigurations } from './server/get-authenticator-configurations.ts';
import { getAuthenticators } from './server/get-authenticators.ts';
import { getJwks } from './server/get-jwks.ts';
import { getOpenidConfiguration } from './server/get-openid-configuration.ts';
import { getUser } from './server/get-user.ts';
import { queryUserActions } from './server/query-user-actions.ts';
import { queryUsers } from './server/query-users.ts';
import { trackAction } from './server/track-action.ts';
import { updateAction } from './server/update-action.ts';
import { updateUser } from './server/update-user.ts';
import { validateChallenge } from './server/validate-challenge.ts';

export const operations: readonly Operation[] = [
  getUser,
  queryUsers,
  updateUser,
  deleteUser,
  getAuthenticators,
  enrollVerifiedAuthenticator,
  deleteAuthenticator,
  getAuthenticatorConfigurations,
  trackAction,
  getAction,
  updateAction,
  queryUserActions,
  validateChallenge,
  getJwks,
  getOpenidConfiguration,
  showChallenge,
];
