/** Every route of the product. */
import * as challengePage from './pages/challenge.ts';
import * as actions from './server/actions.ts';
import * as authenticators from './server/authenticators.ts';
import * as sessionKeys from './server/session-keys.ts';
import * as users from './server/users.ts';
import type { Route } from './route.ts';

export const routes: readonly Route[] = [
  users.getUser,
  users.queryUsers,
  users.updateUser,
  users.deleteUser,
  authenticators.getAuthenticators,
  authenticators.enrollVerifiedAuthenticator,
  authenticators.deleteAuthenticator,
  authenticators.getAuthenticatorConfigurations,
  actions.trackAction,
  actions.getAction,
  actions.updateAction,
  actions.queryUserActions,
  actions.validateChallenge,
  sessionKeys.getJwks,
  sessionKeys.getOpenidConfiguration,
  challengePage.showChallenge,
];
