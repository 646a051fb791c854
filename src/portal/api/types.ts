/** What the calls answer, derived from the contract: types alone, so that nothing of it is in the bundle. */
import type {
  getActionDetail,
  getHome,
  listActions,
  listAuditEvents,
  listReviews,
} from '../../contract/portal/activity.ts';
import type { listAlerts } from '../../contract/management/alerts.ts';
import type { listAuthenticatorConfigurations } from '../../contract/management/authenticator-configurations.ts';
import type { listCustomDataPoints } from '../../contract/management/custom-data-points.ts';
import type { getEventDelivery, listEventDeliveries } from '../../contract/management/event-deliveries.ts';
import type { listEventEndpoints, testEventEndpoint } from '../../contract/management/event-endpoints.ts';
import type { getMessageCatalogue, getMessageOverrides } from '../../contract/management/message-overrides.ts';
import type { listValueLists } from '../../contract/management/value-lists.ts';
import type { PreviewState as PreviewStateName } from '../../contract/portal/page-preview.ts';
import type { createApiKey, listApiKeys, listRuleUses, trackTestAction } from '../../contract/portal/configuration.ts';
import type { findUsers, getUserDetail, revealContacts } from '../../contract/portal/people.ts';
import type { Permission as PermissionName, Role as RoleName } from '../../contract/portal/roles.ts';
import type { getOperatorSession, listOperatorSessions } from '../../contract/portal/session.ts';
import type { listMembers } from '../../contract/portal/team.ts';

type ReplyOf<Of extends { readonly reply: { readonly schema: { readonly _zod: { output: unknown } } } }> =
  Of['reply']['schema']['_zod']['output'];

export type Permission = PermissionName;
export type Role = RoleName;
export type Session = ReplyOf<typeof getOperatorSession>;
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
export type AuditPage = ReplyOf<typeof listAuditEvents>;
export type AuditEvent = AuditPage['events'][number];
export type Home = ReplyOf<typeof getHome>;
export type UsersPage = ReplyOf<typeof findUsers>;
export type UserDetail = ReplyOf<typeof getUserDetail>;
export type Contacts = ReplyOf<typeof revealContacts>;
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
export type TestAction = ReplyOf<typeof trackTestAction>;
export type PreviewState = PreviewStateName;
