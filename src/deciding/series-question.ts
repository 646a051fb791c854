import type { HistoryQuestion } from '../core/rules/history-question.ts';
import type { Tenant } from '../storage/published.ts';
import { partyId } from './party-id.ts';
import type { SeriesQuestion } from '../storage/queries/tally-series.ts';

/** What a velocity question counts, whatever the length of its window; undefined if it asks for a time. */
export function seriesQuestion(question: HistoryQuestion): SeriesQuestion | undefined {
  switch (question.operator) {
    case 'actionCount': {
      const { operator, by: partyKind, actionCode, state } = question;
      return { operator, partyKind, subject: '', actionCode, state };
    }
    case 'distinctCount': {
      const { operator, by: partyKind, what: subject } = question;
      return { operator, partyKind, subject, actionCode: '*', state: '*' };
    }
    case 'customSum': {
      const { operator, by: partyKind, name: subject, actionCode } = question;
      return { operator, partyKind, subject, actionCode, state: '*' };
    }
    case 'minutesSince':
      return undefined;
  }
}

/** All that the live rules of a tenant count, each once. */
function seriesQuestions({ actions }: Pick<Tenant, 'actions'>): readonly SeriesQuestion[] {
  const asked = [...actions.values()].flatMap(({ compiled }) =>
    compiled.needs.history.flatMap(({ question }) => seriesQuestion(question) ?? []),
  );
  return [...new Map(asked.map((question) => [JSON.stringify(question), question])).values()];
}

/** What is counted for a tenant, and how its parties are called. */
export function countedTenant(tenant: Tenant) {
  return {
    tenantId: tenant.tenantId,
    questions: seriesQuestions(tenant),
    partyId: (kind: 'ip' | 'device', value: string | null) => partyId(tenant, kind, value),
  };
}
