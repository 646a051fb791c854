/** The rules of an action and their draft, and changes of it that never overwrite what was not seen. */
import { useRuleSetTexts } from '#portal-texts/rules.ts';
import { fill } from '../../kit/fill.ts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { CallError } from '../../api/call.ts';
import { wordsOf } from '../../api/words-of.ts';
import type { RuleSet, Stated, StatedRule, Vocabulary } from '../../api/types.ts';
import { tell } from '../../kit/toasts.tsx';
import { useScene } from '../../shell/tenant.tsx';
import { ruleSetsKey } from './rule-sets.tsx';

/** A rule before it has an id. */
export type NewRule = Omit<StatedRule, 'ruleId'> & { readonly ruleId?: string };

/** What a save makes of the draft. */
export interface Wanted {
  readonly defaultOutcome: Stated['defaultOutcome'];
  readonly rules: readonly NewRule[];
}

interface Save {
  readonly wanted: Wanted;
  /** What was on the screen. */
  readonly seen: RuleSet;
  /** The live version on which the draft is put, if that is another one. */
  readonly onto?: number;
}

export const ruleSetPath = (actionCode: string, rest = '') => `/rule-sets/${encodeURIComponent(actionCode)}${rest}`;
export const actionConfigurationPath = (actionCode: string) =>
  `/action-configurations/${encodeURIComponent(actionCode)}`;
export const actionConfigurationKey = (tenantId: string, actionCode: string) =>
  [tenantId, 'action-configuration', actionCode] as const;
const ruleSetKey = (tenantId: string, actionCode: string) => [tenantId, 'rule-set', actionCode] as const;

/** What the next rules are: the draft, or what is live. */
export const nextRules = ({ draft, live }: RuleSet): Stated => draft ?? live;

export function useRuleSet(actionCode: string) {
  const { tenant, portal } = useScene();
  const queries = useQueryClient();
  const key = ruleSetKey(tenant.tenantId, actionCode);
  const { data, error, refetch } = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => portal<RuleSet>('GET', ruleSetPath(actionCode), undefined, signal),
  });
  const [conflict, setConflict] = useState<Wanted>();
  const settle = (ruleSet: RuleSet) => {
    queries.setQueryData(key, ruleSet);
    void queries.invalidateQueries({ queryKey: ruleSetsKey(tenant.tenantId) });
    void queries.invalidateQueries({ queryKey: [tenant.tenantId, 'rule-versions', actionCode] });
  };
  // What was asked, refused or published meanwhile shows.
  const lookAgain = (failed: unknown) =>
    failed instanceof CallError && failed.code === 'conflict' ? refetch() : undefined;
  const save = useMutation({
    mutationFn: ({ wanted, seen: { draft, live }, onto }: Save) =>
      portal<RuleSet>('POST', ruleSetPath(actionCode, '/draft'), {
        ...(draft === undefined ? {} : { revision: draft.revision }),
        baseVersion: onto ?? draft?.baseVersion ?? live.version,
        defaultOutcome: wanted.defaultOutcome,
        rules: wanted.rules,
      }),
    onSuccess: settle,
    onError(failed, { wanted }) {
      if (!(failed instanceof CallError) || failed.code !== 'conflict') return;
      void refetch().then(() => setConflict(wanted));
    },
  });
  const discard = useMutation({
    mutationFn: (revision: string) => portal('DELETE', `${ruleSetPath(actionCode, '/draft')}?revision=${revision}`),
    onSuccess: () => tell(useRuleSetTexts.draftDiscarded, useRuleSetTexts.draftDiscardedText),
    onError: (failed) => tell(useRuleSetTexts.notDiscarded, wordsOf(failed), 'bad'),
    onSettled: () => {
      void queries.invalidateQueries({ queryKey: ruleSetsKey(tenant.tenantId) });
      return queries.invalidateQueries({ queryKey: key });
    },
  });
  const publish = useMutation({
    mutationFn: ({ revision, reason }: { readonly revision: string; readonly reason: string }) =>
      portal<RuleSet>('POST', ruleSetPath(actionCode, '/draft/publish'), {
        revision,
        ...(reason === '' ? {} : { reason }),
      }),
    onSuccess(ruleSet) {
      settle(ruleSet);
      tell(useRuleSetTexts.published, fill(useRuleSetTexts.publishedText, { version: ruleSet.live.version }));
    },
    onError: lookAgain,
  });
  const about = (what: 'ask' | 'refuse', done: readonly [string, string]) => ({
    mutationFn: ({ revision, reason }: { readonly revision: string; readonly reason: string }) =>
      portal<RuleSet>('POST', ruleSetPath(actionCode, `/draft/${what}`), {
        revision,
        ...(reason === '' ? {} : { reason }),
      }),
    onSuccess(ruleSet: RuleSet) {
      settle(ruleSet);
      tell(...done);
    },
    onError: lookAgain,
  });
  const ask = useMutation(about('ask', [useRuleSetTexts.asked, useRuleSetTexts.askedText]));
  const refuse = useMutation(about('refuse', [useRuleSetTexts.refused, useRuleSetTexts.refusedText]));
  return {
    data,
    error,
    refetch,
    save,
    discard,
    publish,
    ask,
    refuse,
    conflict,
    settleConflict: () => setConflict(undefined),
  };
}

export type RuleSetTools = ReturnType<typeof useRuleSet>;

export function useVocabulary() {
  const { tenant, portal } = useScene();
  return useQuery({
    queryKey: [tenant.tenantId, 'rule-vocabulary'],
    queryFn: ({ signal }) => portal<Vocabulary>('GET', '/rule-vocabulary', undefined, signal),
  });
}
