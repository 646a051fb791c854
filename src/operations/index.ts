/** Every operation. The server does not start if a route of the contract has none. */
import { archiveActionConfiguration } from './management/archive-action-configuration.ts';
import { openLiveChannel } from './live/open-live-channel.ts';
import { createAlert } from './management/create-alert.ts';
import { deleteAlert } from './management/delete-alert.ts';
import { getAlert } from './management/get-alert.ts';
import { listAlerts } from './management/list-alerts.ts';
import { updateAlert } from './management/update-alert.ts';
import { listEventEndpoints } from './management/list-event-endpoints.ts';
import { createEventEndpoint } from './management/create-event-endpoint.ts';
import { getEventEndpoint } from './management/get-event-endpoint.ts';
import { updateEventEndpoint } from './management/update-event-endpoint.ts';
import { deleteEventEndpoint } from './management/delete-event-endpoint.ts';
import { testEventEndpoint } from './management/test-event-endpoint.ts';
import { listEventDeliveries } from './management/list-event-deliveries.ts';
import { getEventDelivery } from './management/get-event-delivery.ts';
import { getEventAttempt } from './management/get-event-attempt.ts';
import { replayEventDelivery } from './management/replay-event-delivery.ts';
import { replayEventDeliveries } from './management/replay-event-deliveries.ts';
import { createAppClient } from './management/create-app-client.ts';
import { deleteAppClient } from './management/delete-app-client.ts';
import { getAppClient } from './management/get-app-client.ts';
import { listAppClients } from './management/list-app-clients.ts';
import { updateAppClient } from './management/update-app-client.ts';
import { createActionConfiguration } from './management/create-action-configuration.ts';
import { createCustomDataPoint } from './management/create-custom-data-point.ts';
import { createRule } from './management/create-rule.ts';
import { createValueList } from './management/create-value-list.ts';
import { deleteCustomDataPoint } from './management/delete-custom-data-point.ts';
import { deleteRule } from './management/delete-rule.ts';
import { deleteValueList } from './management/delete-value-list.ts';
import { getActionConfiguration } from './management/get-action-configuration.ts';
import { getCustomDataPoint } from './management/get-custom-data-point.ts';
import { getMessageCatalogue } from './management/get-message-catalogue.ts';
import { getMessageOverrides } from './management/get-message-overrides.ts';
import { getRule } from './management/get-rule.ts';
import { getTenant } from './management/get-tenant.ts';
import { getTheme } from './management/get-theme.ts';
import { getValueList } from './management/get-value-list.ts';
import { listActionConfigurations } from './management/list-action-configurations.ts';
import { listAuthenticatorConfigurations } from './management/list-authenticator-configurations.ts';
import { listCustomDataPoints } from './management/list-custom-data-points.ts';
import { listRules } from './management/list-rules.ts';
import { listValueLists } from './management/list-value-lists.ts';
import { methodConfigurations } from './management/method-configurations.ts';
import { replaceMessageOverrides } from './management/replace-message-overrides.ts';
import { updateActionConfiguration } from './management/update-action-configuration.ts';
import { updateAuthenticatorConfiguration } from './management/update-authenticator-configuration.ts';
import { updateCustomDataPoint } from './management/update-custom-data-point.ts';
import { updateRule } from './management/update-rule.ts';
import { updateTenant } from './management/update-tenant.ts';
import { updateTheme } from './management/update-theme.ts';
import { updateValueList } from './management/update-value-list.ts';
import { beginAppSetUp } from './portal/begin-app-set-up.ts';
import { changeOperatorPassword } from './portal/change-operator-password.ts';
import { confirmAppStepUp } from './portal/confirm-app-step-up.ts';
import { createPasswordSession } from './portal/create-password-session.ts';
import { redeemInvitationByPassword } from './portal/redeem-invitation-by-password.ts';
import { getSignInWays } from './portal/get-sign-in-ways.ts';
import { beginOidcSignIn } from './portal/begin-oidc-sign-in.ts';
import { createOidcSession } from './portal/create-oidc-session.ts';
import { beginOidcStepUp } from './portal/begin-oidc-step-up.ts';
import { confirmOidcStepUp } from './portal/confirm-oidc-step-up.ts';
import { listUserMessages } from './portal/list-user-messages.ts';
import { eraseUser } from './management/erase-user.ts';
import { endUsersSession } from './management/end-users-session.ts';
import { getUserHelp } from './portal/get-user-help.ts';
import { askHelp } from './portal/ask-help.ts';
import { listWaitingHelps } from './portal/list-waiting-helps.ts';
import { approveHelp } from './portal/approve-help.ts';
import { refuseHelp } from './portal/refuse-help.ts';
import { showHelp } from './pages/show-help.ts';
import { takeHelp } from './pages/take-help.ts';
import { showHelpStop } from './pages/show-help-stop.ts';
import { stopHelp } from './pages/stop-help.ts';
import { listRuleSets } from './portal/list-rule-sets.ts';
import { getRuleSet } from './portal/get-rule-set.ts';
import { saveRuleDraft } from './portal/save-rule-draft.ts';
import { discardRuleDraft } from './portal/discard-rule-draft.ts';
import { publishRuleDraft } from './portal/publish-rule-draft.ts';
import { askRulePublication } from './portal/ask-rule-publication.ts';
import { refuseRulePublication } from './portal/refuse-rule-publication.ts';
import { replayRules } from './portal/replay-rules.ts';
import { replayRulesOnAction } from './portal/replay-rules-on-action.ts';
import { listRuleVersions } from './portal/list-rule-versions.ts';
import { getRuleVersion } from './portal/get-rule-version.ts';
import { getRuleVocabulary } from './portal/get-rule-vocabulary.ts';
import { beginSignIn } from './portal/begin-sign-in.ts';
import { redeemInvitation } from './portal/redeem-invitation.ts';
import { createOperatorSession } from './portal/create-operator-session.ts';
import { getOperatorSession } from './portal/get-operator-session.ts';
import { deleteOperatorSession } from './portal/delete-operator-session.ts';
import { listOperatorSessions } from './portal/list-operator-sessions.ts';
import { endOperatorSession } from './portal/end-operator-session.ts';
import { beginStepUp } from './portal/begin-step-up.ts';
import { confirmStepUp } from './portal/confirm-step-up.ts';
import { listMembers } from './portal/list-members.ts';
import { inviteMember } from './portal/invite-member.ts';
import { updateMember } from './portal/update-member.ts';
import { removeMember } from './portal/remove-member.ts';
import { listActions } from './portal/list-actions.ts';
import { getActionDetail } from './portal/get-action-detail.ts';
import { listReviews } from './portal/list-reviews.ts';
import { listSimilarReviews } from './portal/list-similar-reviews.ts';
import { exportAuditEvents } from './portal/export-audit-events.ts';
import { getOperatorMail } from './portal/get-operator-mail.ts';
import { updateOperatorMail } from './portal/update-operator-mail.ts';
import { createTenant } from './portal/create-tenant.ts';
import { endSessions } from './portal/end-sessions.ts';
import { previewEndSessions } from './portal/preview-end-sessions.ts';
import { takeReview } from './portal/take-review.ts';
import { decideReview } from './portal/decide-review.ts';
import { findUsers } from './portal/find-users.ts';
import { getHome } from './portal/get-home.ts';
import { listAuditEvents } from './portal/list-audit-events.ts';
import { getUserDetail } from './portal/get-user-detail.ts';
import { revealContacts } from './portal/reveal-contacts.ts';
import { createApiKey } from './portal/create-api-key.ts';
import { listApiKeys } from './portal/list-api-keys.ts';
import { listRuleUses } from './portal/list-rule-uses.ts';
import { previewPage } from './portal/preview-page.ts';
import { revokeApiKey } from './portal/revoke-api-key.ts';
import { getFirstSteps } from './portal/get-first-steps.ts';
import { getHealth } from './portal/get-health.ts';
import { getTestMessage } from './portal/get-test-message.ts';
import { sendTestMessage } from './portal/send-test-message.ts';
import { trackTestAction } from './portal/track-test-action.ts';
import type { Operation } from './operation.ts';
import { evaluateRules } from './management/evaluate-rules.ts';
import { deleteUsersAuthenticator } from './management/delete-users-authenticator.ts';
import { exportUser } from './management/export-user.ts';
import { invalidateUsersDevice } from './management/invalidate-users-device.ts';
import { listUsersDevices } from './management/list-users-devices.ts';
import { liftUsersHold } from './management/lift-users-hold.ts';
import { unlockMethod } from './management/unlock-method.ts';
import { liftHold } from './server/lift-hold.ts';
import { methodOperations } from '../methods/operations.ts';
import { openChallenge } from './client/open-challenge.ts';
import { openChallengeWithCookie } from './client/open-challenge-with-cookie.ts';
import { deleteOwnAuthenticator } from './client/delete-own-authenticator.ts';
import { forgetOwnDevice } from './client/forget-own-device.ts';
import { getClientConfigurations } from './client/get-client-configurations.ts';
import { initClient } from './client/init-client.ts';
import { rememberDevice } from './client/remember-device.ts';
import { updateOwnAuthenticator } from './client/update-own-authenticator.ts';
import { updateOwnDevice } from './client/update-own-device.ts';
import { getOwnAuthenticators } from './client/get-own-authenticators.ts';
import { getOwnDevices } from './client/get-own-devices.ts';
import { getUiSession } from './client/get-ui-session.ts';
import { receiveCallback } from './pages/receive-callback.ts';
import { showDevMessage } from './pages/show-dev-message.ts';
import { showWelcome } from './pages/show-welcome.ts';
import { tryChallenge } from './pages/try-challenge.ts';
import { showChallenge } from './pages/show-challenge.ts';
import { showDevInbox } from './pages/show-dev-inbox.ts';
import { claimChallenge } from './server/claim-challenge.ts';
import { createSession } from './server/create-session.ts';
import { deleteAuthenticator } from './server/delete-authenticator.ts';
import { deleteUser } from './server/delete-user.ts';
import { enrollVerifiedAuthenticator } from './server/enroll-verified-authenticator.ts';
import { enrollVerifiedAuthenticators } from './server/enroll-verified-authenticators.ts';
import { explainAction } from './server/explain-action.ts';
import { getAction } from './server/get-action.ts';
import { getAuthenticatorConfigurations } from './server/get-authenticator-configurations.ts';
import { getAuthenticators } from './server/get-authenticators.ts';
import { getChallenge } from './server/get-challenge.ts';
import { getDevices } from './server/get-devices.ts';
import { getJwks } from './server/get-jwks.ts';
import { getOpenidConfiguration } from './server/get-openid-configuration.ts';
import { getUser } from './server/get-user.ts';
import { initiateChallenge } from './server/initiate-challenge.ts';
import { invalidateDevice } from './server/invalidate-device.ts';
import { queryUserActions } from './server/query-user-actions.ts';
import { queryUsers } from './server/query-users.ts';
import { refreshSession } from './server/refresh-session.ts';
import { revokeSession } from './server/revoke-session.ts';
import { revokeUserSessions } from './server/revoke-user-sessions.ts';
import { trackAction } from './server/track-action.ts';
import { updateAction } from './server/update-action.ts';
import { updateDevice } from './server/update-device.ts';
import { updateUser } from './server/update-user.ts';
import { validateChallenge } from './server/validate-challenge.ts';
import { validateSession } from './server/validate-session.ts';
import { verifyChallenge } from './server/verify-challenge.ts';

export const operations: readonly Operation[] = [
  beginAppSetUp,
  redeemInvitationByPassword,
  createPasswordSession,
  confirmAppStepUp,
  changeOperatorPassword,
  getSignInWays,
  listRuleSets,
  getRuleSet,
  saveRuleDraft,
  discardRuleDraft,
  publishRuleDraft,
  askRulePublication,
  refuseRulePublication,
  replayRules,
  replayRulesOnAction,
  listRuleVersions,
  getRuleVersion,
  getRuleVocabulary,
  beginSignIn,
  redeemInvitation,
  createOperatorSession,
  beginOidcSignIn,
  createOidcSession,
  getOperatorSession,
  deleteOperatorSession,
  listOperatorSessions,
  endOperatorSession,
  beginStepUp,
  confirmStepUp,
  beginOidcStepUp,
  confirmOidcStepUp,
  listMembers,
  inviteMember,
  updateMember,
  removeMember,
  listActions,
  getActionDetail,
  listReviews,
  listSimilarReviews,
  exportAuditEvents,
  getOperatorMail,
  updateOperatorMail,
  createTenant,
  endSessions,
  previewEndSessions,
  takeReview,
  decideReview,
  listAuditEvents,
  getHome,
  findUsers,
  getUserDetail,
  revealContacts,
  listUserMessages,
  eraseUser,
  endUsersSession,
  getUserHelp,
  askHelp,
  listWaitingHelps,
  approveHelp,
  refuseHelp,
  showHelp,
  takeHelp,
  showHelpStop,
  stopHelp,
  listRuleUses,
  listApiKeys,
  createApiKey,
  revokeApiKey,
  getFirstSteps,
  getHealth,
  getTestMessage,
  sendTestMessage,
  trackTestAction,
  previewPage,
  getUser,
  queryUsers,
  updateUser,
  deleteUser,
  getAuthenticators,
  enrollVerifiedAuthenticator,
  enrollVerifiedAuthenticators,
  deleteAuthenticator,
  getAuthenticatorConfigurations,
  trackAction,
  getAction,
  updateAction,
  explainAction,
  queryUserActions,
  initiateChallenge,
  verifyChallenge,
  claimChallenge,
  getChallenge,
  validateChallenge,
  evaluateRules,
  unlockMethod,
  deleteUsersAuthenticator,
  liftUsersHold,
  listUsersDevices,
  invalidateUsersDevice,
  exportUser,
  liftHold,
  getDevices,
  updateDevice,
  invalidateDevice,
  createSession,
  validateSession,
  refreshSession,
  revokeSession,
  revokeUserSessions,
  getJwks,
  getOpenidConfiguration,
  listAppClients,
  createAppClient,
  getAppClient,
  updateAppClient,
  deleteAppClient,
  listEventEndpoints,
  createEventEndpoint,
  getEventEndpoint,
  updateEventEndpoint,
  deleteEventEndpoint,
  testEventEndpoint,
  listEventDeliveries,
  getEventDelivery,
  getEventAttempt,
  replayEventDelivery,
  replayEventDeliveries,
  getTenant,
  updateTenant,
  listActionConfigurations,
  createActionConfiguration,
  getActionConfiguration,
  updateActionConfiguration,
  archiveActionConfiguration,
  listRules,
  createRule,
  getRule,
  updateRule,
  deleteRule,
  listValueLists,
  createValueList,
  getValueList,
  updateValueList,
  deleteValueList,
  listCustomDataPoints,
  createCustomDataPoint,
  getCustomDataPoint,
  updateCustomDataPoint,
  deleteCustomDataPoint,
  getTheme,
  updateTheme,
  getMessageOverrides,
  replaceMessageOverrides,
  getMessageCatalogue,
  listAuthenticatorConfigurations,
  updateAuthenticatorConfiguration,
  ...methodConfigurations,
  listAlerts,
  createAlert,
  getAlert,
  updateAlert,
  deleteAlert,
  getOwnAuthenticators,
  openChallenge,
  openChallengeWithCookie,
  deleteOwnAuthenticator,
  updateOwnAuthenticator,
  getClientConfigurations,
  rememberDevice,
  getOwnDevices,
  updateOwnDevice,
  forgetOwnDevice,
  initClient,
  openLiveChannel,
  ...methodOperations,
  showWelcome,
  tryChallenge,
  receiveCallback,
  showDevMessage,
  getUiSession,
  showChallenge,
  showDevInbox,
];
