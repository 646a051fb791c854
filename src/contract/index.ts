/** Every route of the product. */
import * as actionConfigurations from './management/action-configurations.ts';
import * as appClients from './management/app-clients.ts';
import * as authenticatorConfigurations from './management/authenticator-configurations.ts';
import * as customDataPoints from './management/custom-data-points.ts';
import * as messageOverrides from './management/message-overrides.ts';
import * as rules from './management/rules.ts';
import * as tenant from './management/tenant.ts';
import * as theme from './management/theme.ts';
import * as valueLists from './management/value-lists.ts';
import * as evaluateRules from './management/evaluate-rules.ts';
import * as unlock from './management/unlock-method.ts';
import * as usersAuthenticators from './management/users-authenticators.ts';
import * as init from './client/init.ts';
import * as ownAuthenticators from './client/authenticators.ts';
import * as openChallenges from './client/challenge.ts';
import * as emailMagicLink from './client/email-magic-link.ts';
import * as emailOtp from './client/email-otp.ts';
import * as recoveryCodes from './client/recovery-codes.ts';
import * as passkey from './client/passkey.ts';
import * as securityKey from './client/security-key.ts';
import * as totp from './client/totp.ts';
import * as uiSession from './client/ui-session.ts';
import * as challengePage from './pages/challenge.ts';
import * as devInbox from './pages/dev-inbox.ts';
import * as magicLinkPage from './pages/magic-link.ts';
import * as welcomePage from './pages/welcome.ts';
import * as actions from './server/actions.ts';
import * as authenticators from './server/authenticators.ts';
import * as challenges from './server/challenges.ts';
import * as explain from './server/explain.ts';
import * as sessionKeys from './server/session-keys.ts';
import * as sessions from './server/sessions.ts';
import * as users from './server/users.ts';
import type { Route } from './route.ts';

export const routes: readonly Route[] = [
  users.getUser,
  users.queryUsers,
  users.updateUser,
  users.deleteUser,
  authenticators.getAuthenticators,
  authenticators.enrollVerifiedAuthenticator,
  authenticators.enrollVerifiedAuthenticators,
  authenticators.deleteAuthenticator,
  authenticators.liftHold,
  authenticators.getAuthenticatorConfigurations,
  actions.trackAction,
  actions.getAction,
  actions.updateAction,
  explain.explainAction,
  actions.queryUserActions,
  challenges.initiateChallenge,
  challenges.verifyChallenge,
  challenges.claimChallenge,
  challenges.getChallenge,
  actions.validateChallenge,
  evaluateRules.evaluateRules,
  unlock.unlockMethod,
  usersAuthenticators.deleteUsersAuthenticator,
  usersAuthenticators.liftUsersHold,
  sessions.createSession,
  sessions.validateSession,
  sessions.refreshSession,
  sessions.revokeSession,
  sessions.revokeUserSessions,
  sessionKeys.getJwks,
  sessionKeys.getOpenidConfiguration,
  tenant.getTenant,
  tenant.updateTenant,
  actionConfigurations.listActionConfigurations,
  actionConfigurations.createActionConfiguration,
  actionConfigurations.getActionConfiguration,
  actionConfigurations.updateActionConfiguration,
  actionConfigurations.archiveActionConfiguration,
  rules.listRules,
  rules.createRule,
  rules.getRule,
  rules.updateRule,
  rules.deleteRule,
  valueLists.listValueLists,
  valueLists.createValueList,
  valueLists.getValueList,
  valueLists.updateValueList,
  valueLists.deleteValueList,
  customDataPoints.listCustomDataPoints,
  customDataPoints.createCustomDataPoint,
  customDataPoints.getCustomDataPoint,
  customDataPoints.updateCustomDataPoint,
  customDataPoints.deleteCustomDataPoint,
  theme.getTheme,
  theme.updateTheme,
  messageOverrides.getMessageOverrides,
  messageOverrides.replaceMessageOverrides,
  messageOverrides.getMessageCatalogue,
  authenticatorConfigurations.listAuthenticatorConfigurations,
  authenticatorConfigurations.updateAuthenticatorConfiguration,
  ...Object.values(authenticatorConfigurations.smsConfiguration),
  ...Object.values(authenticatorConfigurations.emailOtpConfiguration),
  ...Object.values(authenticatorConfigurations.passkeyConfiguration),
  ...Object.values(authenticatorConfigurations.pushConfiguration),
  appClients.listAppClients,
  appClients.createAppClient,
  appClients.getAppClient,
  appClients.updateAppClient,
  appClients.deleteAppClient,
  ownAuthenticators.getOwnAuthenticators,
  openChallenges.openChallenge,
  openChallenges.openChallengeWithCookie,
  passkey.startPasskeyRegistration,
  passkey.startPasskeyRegistrationWithCookie,
  passkey.addPasskey,
  passkey.startPasskeyAuthentication,
  passkey.startPasskeyAuthenticationWithCookie,
  passkey.verifyPasskey,
  passkey.findPasskey,
  securityKey.startSecurityKeyRegistration,
  securityKey.addSecurityKey,
  securityKey.startSecurityKeyAuthentication,
  securityKey.verifySecurityKey,
  ownAuthenticators.deleteOwnAuthenticator,
  ownAuthenticators.updateOwnAuthenticator,
  ownAuthenticators.getClientConfigurations,
  init.initClient,
  totp.startTotpEnrolment,
  totp.verifyTotp,
  emailOtp.startEmailOtpEnrolment,
  emailOtp.startEmailOtpChallenge,
  emailOtp.verifyEmailOtp,
  emailMagicLink.startEmailMagicLinkEnrolment,
  emailMagicLink.startEmailMagicLinkChallenge,
  emailMagicLink.finalizeEmailMagicLink,
  magicLinkPage.showMagicLink,
  magicLinkPage.confirmMagicLink,
  magicLinkPage.denyMagicLink,
  welcomePage.showWelcome,
  welcomePage.tryChallenge,
  recoveryCodes.verifyRecoveryCode,
  recoveryCodes.replaceRecoveryCodes,
  uiSession.getUiSession,
  challengePage.showChallenge,
  devInbox.showDevInbox,
  devInbox.showDevMessage,
];
