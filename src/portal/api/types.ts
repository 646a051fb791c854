/** What the calls answer, derived from the contract: types alone, so that nothing of it is in the bundle. */
import type {
  getActionDetail,
  getHome,
  listActions,
  listAuditEvents,
  listReviews,
  listSimilarReviews,
} from '../../contract/portal/activity.ts';
import type { getOperatorMail } from '../../contract/portal/mail.ts';
import type { previewEndSessions } from '../../contract/portal/many-sessions.ts';
import type { listAlerts } from '../../contract/management/alerts.ts';
import type { listAuthenticatorConfigurations } from '../../contract/management/authenticator-configurations.ts';
import type { listCustomDataPoints } from '../../contract/management/custom-data-points.ts';
import type { getEventDelivery, listEventDeliveries } from '../../contract/management/event-deliveries.ts';
import type { listEventEndpoints, testEventEndpoint } from '../../contract/management/event-endpoints.ts';
import type { getMessageCatalogue, getMessageOverrides } from '../../contract/management/message-overrides.ts';
import type { listValueLists } from '../../contract/management/value-lists.ts';
import type { PreviewState as PreviewStateName } from '../../contract/portal/page-preview.ts';
import type { createApiKey, listApiKeys, listRuleUses, trackTestAction } from '../../contract/portal/configuration.ts';
import type { getUserHelp } from '../../contract/portal/helps.ts';
import type { findUsers, getUserDetail, listUserMessages, revealContacts } from '../../contract/portal/people.ts';
import type { Permission as PermissionName, Role as RoleName } from '../../contract/portal/roles.ts';
import type { createOidcSession, getSignInWays } from '../../contract/portal/oidc.ts';
import type { beginAppSetUp } from '../../contract/portal/passwords.ts';
import type { getActionConfiguration } from '../../contract/management/action-configurations.ts';
import type { evaluateRules } from '../../contract/management/evaluate-rules.ts';
import type {
  getRuleSet,
  getRuleVersion,
  getRuleVocabulary,
  listRuleSets,
  listRuleVersions,
  replayRules,
  replayRulesOnAction,
} from '../../contract/portal/rule-sets.ts';
import type { getOperatorSession, listOperatorSessions } from '../../contract/portal/session.ts';
import type { listMembers } from '../../contract/portal/team.ts';
import type { getFirstSteps } from '../../contract/portal/first-steps.ts';
import type { getHealth } from '../../contract/portal/health.ts';
import type { getTestMessage, sendTestMessage } from '../../contract/portal/test-messages.ts';
import type { createTenant } from '../../contract/portal/tenants.ts';

type ReplyOf<Of extends { readonly reply: { readonly schema: { readonly _zod: { output: unknown } } } }> =
  Of['reply']['schema']['_zod']['output'];

export type Permission = PermissionName;
export type Role = RoleName;
export type Session = ReplyOf<typeof getOperatorSession>;
export type SignInWays = ReplyOf<typeof getSignInWays>;
export type AppSetUp = ReplyOf<typeof beginAppSetUp>;
export type FromIssuer = ReplyOf<typeof createOidcSession>;
export type Tenant = Session['tenants'][number];
export type OwnSession = ReplyOf<typeof listOperatorSessions>[number];
export type Member = ReplyOf<typeof listMembers>[number];
export type ActionsPage = ReplyOf<typeof listActions>;
export type ListedAction = ActionsPage['actions'][number];
export type ActionState = ListedAction['state'];
export type ActionDetail = ReplyOf<typeof getActionDetail>;
export type RuleReasons = ActionDetail['decision']['rules'][number];
export type Leaf = RuleReasons['leaves'][number];
export type ReviewsPage = ReplyOf<typeof listReviews>;
export type Review = ReviewsPage['reviews'][number];
export type SimilarReview = ReplyOf<typeof listSimilarReviews>[number];
export type AuditPage = ReplyOf<typeof listAuditEvents>;
export type AuditEvent = AuditPage['events'][number];
export type Home = ReplyOf<typeof getHome>;
export type UsersPage = ReplyOf<typeof findUsers>;
export type MailChoice = ReplyOf<typeof getOperatorMail>;
export type NewTenant = ReplyOf<typeof createTenant>;
export type SessionsPreview = ReplyOf<typeof previewEndSessions>;
export type UserDetail = ReplyOf<typeof getUserDetail>;
export type Contacts = ReplyOf<typeof revealContacts>;
export type UserMessages = ReplyOf<typeof listUserMessages>;
export type UserHelp = ReplyOf<typeof getUserHelp>;
export type Help = UserHelp['helps'][number];
export type ValueList = ReplyOf<typeof listValueLists>[number];
export type DataPoint = ReplyOf<typeof listCustomDataPoints>[number];
export type RuleUse = ReplyOf<typeof listRuleUses>[number];
export type Alert = ReplyOf<typeof listAlerts>[number];
export type MethodConfiguration = ReplyOf<typeof listAuthenticatorConfigurations>[number];
export type EventEndpoint = ReplyOf<typeof listEventEndpoints>[number];
export type EventDelivery = ReplyOf<typeof listEventDeliveries>[number];
export type WholeDelivery = ReplyOf<typeof getEventDelivery>;
export type EventAttempt = ReplyOf<typeof testEventEndpoint>;
export type ApiKey = ReplyOf<typeof listApiKeys>[number];
export type MadeKey = ReplyOf<typeof createApiKey>;
export type MessageCatalogue = ReplyOf<typeof getMessageCatalogue>;
export type MessageOverrides = ReplyOf<typeof getMessageOverrides>['messageOverrides'];
export type FirstSteps = ReplyOf<typeof getFirstSteps>;
export type Health = ReplyOf<typeof getHealth>;
export type Finding = Health['tenant'][number];
export type TestMessagePlan = ReplyOf<typeof getTestMessage>;
export type TestMessageResult = ReplyOf<typeof sendTestMessage>;
export type TestAction = ReplyOf<typeof trackTestAction>;
export type ListedRuleSet = ReplyOf<typeof listRuleSets>[number];
export type RuleSet = ReplyOf<typeof getRuleSet>;
export type Stated = Pick<RuleSet['live'], 'defaultOutcome' | 'rules'>;
export type StatedRule = Stated['rules'][number];
export type Outcome = StatedRule['type'];
export type RuleVersion = ReplyOf<typeof listRuleVersions>[number];
export type WholeRuleVersion = ReplyOf<typeof getRuleVersion>;
export type Replay = ReplyOf<typeof replayRules>;
export type ReplayedAction = ReplyOf<typeof replayRulesOnAction>;
export type Vocabulary = ReplyOf<typeof getRuleVocabulary>;
export type Evaluation = ReplyOf<typeof evaluateRules>;
export type ActionConfiguration = ReplyOf<typeof getActionConfiguration>;
export type PreviewState = PreviewStateName;
