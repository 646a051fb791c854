import type { z } from 'zod';
import type { Context } from '../calls/context.ts';
import type { getRuleSet } from '../contract/portal/rule-sets.ts';
import { describeRuleChange } from '../core/rules/describe-rule-change.ts';
import { canDecideOtherwise } from '../core/rules/stated-rules.ts';
import type { StatedRules } from '../core/rules/stated-rules.ts';
import { loadOperatorEmails } from '../storage/queries/operators.ts';
import { loadRuleDraft } from '../storage/queries/rule-drafts.ts';
import type { RuleDraftRow } from '../storage/queries/rule-drafts.ts';
import { loadLatestRuleVersion } from '../storage/queries/rule-versions.ts';
import { listRules } from '../storage/queries/rules.ts';
import { portalTenantId } from '../storage/queries/tenants.ts';
import { loadListVersions } from '../storage/queries/value-lists.ts';
import type { Sql } from '../storage/sql.ts';
import { demandView } from '../views/demand-view.ts';
import { omitAbsent } from '../views/omit-absent.ts';
import { wireTime } from '../views/wire-values.ts';
import { findActionConfiguration } from './find-action-configuration.ts';
import { warningsAbout } from './review-rule.ts';
import { ruleOfRow } from './rule-of-row.ts';
import { hasEdited, requestOf, rulesNeedTwoPeople } from './rule-requests.ts';
import { rowOfStated, statedRulesOf } from './stated-rules-of.ts';

/** What operators have stated for an action, and the number of the version; 0 if there is none yet. */
export interface LiveRules {
  readonly version: number;
  readonly stated: StatedRules;
}

/**
 * The live rules of an action. The version has its rules with it, so that nobody takes older rules for a newer version.
 * @throws {Refusal} `not_found`
 */
export async function loadLiveRules(sql: Sql, tenantId: string, code: string): Promise<LiveRules> {
  const { actionCode, defaultResult } = await findActionConfiguration(sql, tenantId, code);
  const latest = await loadLatestRuleVersion(sql, tenantId, actionCode);
  if (latest !== undefined) return { version: latest.version, stated: latest.document };
  return { version: 0, stated: statedRulesOf(defaultResult, await listRules(sql, tenantId, actionCode)) };
}

/** The rules of an action and their draft, as this operator sees them. @throws {Refusal} `not_found` */
export async function ruleSetView(
  { db }: Pick<Context, 'db'>,
  tenantId: string,
  actionCode: string,
  operatorId: string,
): Promise<z.input<typeof getRuleSet.reply.schema>> {
  const live = await loadLiveRules(db, tenantId, actionCode);
  const draft = await loadRuleDraft(db, tenantId, actionCode);
  const { rules } = draft?.document ?? live.stated;
  const lists = new Set((await loadListVersions(db, tenantId)).keys());
  const drafted = rules.map((rule) => ruleOfRow(rowOfStated(actionCode, rule)));
  const warnings = await warningsAbout(db, tenantId, drafted, lists);
  return {
    actionCode,
    live: { version: live.version, ...statedRulesView(live.stated) },
    needsTwoPeople: await rulesNeedTwoPeople(db, tenantId),
    ...(draft === undefined ? {} : { draft: await draftView(db, tenantId, live, draft, operatorId) }),
    warnings: warnings.map((warning) => ({ ...warning })),
  };
}

async function draftView(sql: Sql, tenantId: string, live: LiveRules, draft: RuleDraftRow, operatorId: string) {
  const { revision, baseVersion, document, changedBy, changedAt, refusedBy, refusedAt, refusedReason } = draft;
  const request = await requestOf(sql, tenantId, draft);
  const people = [changedBy, refusedBy, request?.askedBy].flatMap((id) => id ?? []);
  const names = await loadOperatorEmails(sql, portalTenantId, people);
  const nameOf = (id: string) => names.get(id) ?? 'A former operator';
  return {
    revision,
    baseVersion,
    isBehind: baseVersion !== live.version,
    changedBy: nameOf(changedBy),
    changedAt: wireTime(changedAt),
    isOwn: hasEdited(draft, operatorId) || request?.askedBy === operatorId,
    ...(request === undefined
      ? {}
      : {
          request: {
            by: nameOf(request.askedBy),
            at: wireTime(request.askedAt),
            ...omitAbsent({ reason: request.reason }),
          },
        }),
    ...(refusedBy === null || refusedAt === null
      ? {}
      : {
          refusal: { by: nameOf(refusedBy), at: wireTime(refusedAt), ...omitAbsent({ reason: refusedReason }) },
        }),
    ...statedRulesView(document),
    changes: [...describeRuleChange(live.stated, document)],
    decidesOtherwise: canDecideOtherwise(live.stated, document),
  };
}

/** Rules as operators see them, with the text of their conditions. */
export function statedRulesView({ defaultOutcome, rules }: StatedRules) {
  return {
    defaultOutcome,
    rules: rules.map((rule) => ({
      ruleId: rule.ruleId,
      name: rule.name,
      isActive: rule.isActive,
      priority: rule.priority,
      type: rule.type,
      ...omitAbsent({ description: rule.description, conditions: rule.conditions }),
      ...demandView(rule),
    })),
  };
}
