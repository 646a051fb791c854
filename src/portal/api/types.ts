/** What the calls answer, derived from the contract: types alone, so that nothing of it is in the bundle. */
import type {
  getActionDetail,
  getHome,
  listActions,
  listAuditEvents,
  listReviews,
} from '../../contract/portal/activity.ts';
import type { findUsers, getUserDetail, revealContacts } from '../../contract/portal/people.ts';
import type { getActionConfiguration } from '../../contract/management/action-configurations.ts';
import type { evaluateRules } from '../../contract/management/evaluate-rules.ts';
import type { Permission as PermissionName, Role as RoleName } from '../../contract/portal/roles.ts';
import type {
  getRuleSet,
  getRuleVersion,
  getRuleVocabulary,
  listRuleSets,
  listRuleVersions,
  replayRules,
} from '../../contract/portal/rule-sets.ts';
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
export type ListedRuleSet = ReplyOf<typeof listRuleSets>[number];
export type RuleSet = ReplyOf<typeof getRuleSet>;
export type Stated = Pick<RuleSet['live'], 'defaultOutcome' | 'rules'>;
export type StatedRule = Stated['rules'][number];
export type Outcome = StatedRule['type'];
export type RuleVersion = ReplyOf<typeof listRuleVersions>[number];
export type WholeRuleVersion = ReplyOf<typeof getRuleVersion>;
export type Replay = ReplyOf<typeof replayRules>;
export type Vocabulary = ReplyOf<typeof getRuleVocabulary>;
export type Evaluation = ReplyOf<typeof evaluateRules>;
export type ActionConfiguration = ReplyOf<typeof getActionConfiguration>;
