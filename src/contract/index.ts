/** Every route of the product. */
import * as actionConfigurations from './management/action-configurations.ts';
import * as eventDeliveries from './management/event-deliveries.ts';
import * as eventEndpoints from './management/event-endpoints.ts';
import * as appClients from './management/app-clients.ts';
import * as authenticatorConfigurations from './management/authenticator-configurations.ts';
import * as customDataPoints from './management/custom-data-points.ts';
import * as messageOverrides from './management/message-overrides.ts';
import * as rules from './management/rules.ts';
import * as tenant from './management/tenant.ts';
import * as theme from './management/theme.ts';
import * as valueLists from './management/value-lists.ts';
import * as alerts from './management/alerts.ts';
import * as evaluateRules from './management/evaluate-rules.ts';
import * as unlock from './management/unlock-method.ts';
import * as usersAuthenticators from './management/users-authenticators.ts';
import * as usersDevices from './management/users-devices.ts';
import * as userErasure from './management/erase-user.ts';
import * as usersSessions from './management/users-sessions.ts';
import * as userExport from './management/export-user.ts';
import { methodRoutes } from '../methods/contracts.ts';
import * as init from './client/init.ts';
import * as ownAuthenticators from './client/authenticators.ts';
import * as ownDevices from './client/devices.ts';
import * as openChallenges from './client/challenge.ts';
import * as uiSession from './client/ui-session.ts';
import * as callbacks from './pages/callbacks.ts';
import * as liveChannel from './live/channel.ts';
import * as portalSession from './portal/session.ts';
import * as portalOidc from './portal/oidc.ts';
import * as portalPasswords from './portal/passwords.ts';
import * as portalActivity from './portal/activity.ts';
import * as portalAuditExport from './portal/audit-export.ts';
import * as portalMail from './portal/mail.ts';
import * as portalManySessions from './portal/many-sessions.ts';
import * as portalPeople from './portal/people.ts';
import * as portalTenants from './portal/tenants.ts';
import * as portalHelps from './portal/helps.ts';
import * as portalRuleSets from './portal/rule-sets.ts';
import * as portalTeam from './portal/team.ts';
import * as helpPage from './pages/help.ts';
import * as portalPreview from './portal/page-preview.ts';
import * as portalConfiguration from './portal/configuration.ts';
import * as portalFirstSteps from './portal/first-steps.ts';
import * as portalHealth from './portal/health.ts';
import * as portalTestMessages from './portal/test-messages.ts';
import * as challengePage from './pages/challenge.ts';
import * as devInbox from './pages/dev-inbox.ts';
import * as welcomePage from './pages/welcome.ts';
import * as actions from './server/actions.ts';
import * as authenticators from './server/authenticators.ts';
import * as challenges from './server/challenges.ts';
import * as devices from './server/devices.ts';
import * as explain from './server/explain.ts';
import * as sessionKeys from './server/session-keys.ts';
import * as sessions from './server/sessions.ts';
import * as users from './server/users.ts';
import type { Route } from './route.ts';

export const routes: readonly Route[] = [
  users.getUser,
  users.queryUsers,
  userExport.exportUser,
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
  usersDevices.listUsersDevices,
  usersDevices.invalidateUsersDevice,
  usersSessions.endUsersSession,
  userErasure.eraseUser,
  devices.getDevices,
  devices.updateDevice,
  devices.invalidateDevice,
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
  alerts.listAlerts,
  alerts.createAlert,
  alerts.getAlert,
  alerts.updateAlert,
  alerts.deleteAlert,
  theme.getTheme,
  theme.updateTheme,
  messageOverrides.getMessageOverrides,
  messageOverrides.replaceMessageOverrides,
  messageOverrides.getMessageCatalogue,
  authenticatorConfigurations.listAuthenticatorConfigurations,
  authenticatorConfigurations.updateAuthenticatorConfiguration,
  ...Object.values(authenticatorConfigurations.smsConfiguration),
  ...Object.values(authenticatorConfigurations.whatsAppConfiguration),
  ...Object.values(authenticatorConfigurations.emailOtpConfiguration),
  ...Object.values(authenticatorConfigurations.passkeyConfiguration),
  ...Object.values(authenticatorConfigurations.pushConfiguration),
  ...Object.values(authenticatorConfigurations.qrCodeConfiguration),
  ...Object.values(authenticatorConfigurations.inAppConfiguration),
  appClients.listAppClients,
  appClients.createAppClient,
  appClients.getAppClient,
  appClients.updateAppClient,
  appClients.deleteAppClient,
  eventEndpoints.listEventEndpoints,
  eventEndpoints.createEventEndpoint,
  eventEndpoints.getEventEndpoint,
  eventEndpoints.updateEventEndpoint,
  eventEndpoints.deleteEventEndpoint,
  eventEndpoints.testEventEndpoint,
  eventDeliveries.listEventDeliveries,
  eventDeliveries.getEventDelivery,
  eventDeliveries.getEventAttempt,
  eventDeliveries.replayEventDelivery,
  eventDeliveries.replayEventDeliveries,
  portalOidc.getSignInWays,
  portalSession.beginSignIn,
  portalSession.redeemInvitation,
  portalSession.createOperatorSession,
  portalPasswords.beginAppSetUp,
  portalPasswords.redeemInvitationByPassword,
  portalPasswords.createPasswordSession,
  portalOidc.beginOidcSignIn,
  portalOidc.createOidcSession,
  portalSession.getOperatorSession,
  portalSession.deleteOperatorSession,
  portalSession.listOperatorSessions,
  portalSession.endOperatorSession,
  portalSession.beginStepUp,
  portalSession.confirmStepUp,
  portalPasswords.confirmAppStepUp,
  portalPasswords.changeOperatorPassword,
  portalOidc.beginOidcStepUp,
  portalOidc.confirmOidcStepUp,
  portalTeam.listMembers,
  portalTeam.inviteMember,
  portalTeam.updateMember,
  portalTeam.removeMember,
  portalTenants.createTenant,
  portalMail.getOperatorMail,
  portalMail.updateOperatorMail,
  portalActivity.listActions,
  portalActivity.getActionDetail,
  portalActivity.listReviews,
  portalActivity.listSimilarReviews,
  portalManySessions.previewEndSessions,
  portalManySessions.endSessions,
  portalAuditExport.exportAuditEvents,
  portalActivity.takeReview,
  portalActivity.decideReview,
  portalActivity.listAuditEvents,
  portalActivity.getHome,
  portalFirstSteps.getFirstSteps,
  portalRuleSets.listRuleSets,
  portalRuleSets.getRuleSet,
  portalRuleSets.saveRuleDraft,
  portalRuleSets.discardRuleDraft,
  portalRuleSets.publishRuleDraft,
  portalRuleSets.askRulePublication,
  portalRuleSets.refuseRulePublication,
  portalRuleSets.replayRules,
  portalRuleSets.replayRulesOnAction,
  portalRuleSets.listRuleVersions,
  portalRuleSets.getRuleVersion,
  portalRuleSets.getRuleVocabulary,
  portalPeople.findUsers,
  portalPeople.getUserDetail,
  portalPeople.revealContacts,
  portalPeople.listUserMessages,
  portalHelps.getUserHelp,
  portalHelps.askHelp,
  portalHelps.listWaitingHelps,
  portalHelps.approveHelp,
  portalHelps.refuseHelp,
  portalConfiguration.listRuleUses,
  portalConfiguration.listApiKeys,
  portalConfiguration.createApiKey,
  portalConfiguration.revokeApiKey,
  portalConfiguration.trackTestAction,
  portalTestMessages.getTestMessage,
  portalTestMessages.sendTestMessage,
  portalHealth.getHealth,
  portalPreview.previewPage,
  ownAuthenticators.getOwnAuthenticators,
  openChallenges.openChallenge,
  openChallenges.openChallengeWithCookie,
  ownAuthenticators.deleteOwnAuthenticator,
  ownAuthenticators.updateOwnAuthenticator,
  ownAuthenticators.getClientConfigurations,
  ownDevices.rememberDevice,
  ownDevices.getOwnDevices,
  ownDevices.updateOwnDevice,
  ownDevices.forgetOwnDevice,
  init.initClient,
  liveChannel.openLiveChannel,
  ...methodRoutes,
  welcomePage.showWelcome,
  welcomePage.tryChallenge,
  uiSession.getUiSession,
  callbacks.receiveCallback,
  challengePage.showChallenge,
  helpPage.showHelp,
  helpPage.takeHelp,
  helpPage.showHelpStop,
  helpPage.stopHelp,
  devInbox.showDevInbox,
  devInbox.showDevMessage,
];
