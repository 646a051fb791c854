import { commonTexts } from '#portal-texts/kit.ts';
import { historyTexts } from '#portal-texts/rules.ts';
import { fill, fillNodes } from '../../kit/fill.ts';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { queryOf } from '../../api/call.ts';
import type { RuleSet, RuleVersion, WholeRuleVersion } from '../../api/types.ts';
import { wordsOf } from '../../api/words-of.ts';
import { FilterSelect } from '../../kit/fields.tsx';
import { Modal } from '../../kit/modal.tsx';
import { Button, Empty, Failure, Notice, Skeleton, Tag, Time } from '../../kit/parts.tsx';
import { tell } from '../../kit/toasts.tsx';
import { actorWords } from '../../kit/words.ts';
import { useScene } from '../../shell/tenant.tsx';
import { Side } from './conflict-dialog.tsx';
import { Differences } from './differences.tsx';
import { ruleSetPath } from './use-rule-set.ts';
import type { RuleSetTools } from './use-rule-set.ts';

/** What was live, who changed it and why; the difference of any two; the way back. */
export function History({ ruleSet, tools }: { readonly ruleSet: RuleSet; readonly tools: RuleSetTools }) {
  const { tenant, portal, may } = useScene();
  const { actionCode, live } = ruleSet;
  const [opened, setOpened] = useState<number>();
  const { data, error, refetch } = useQuery({
    queryKey: [tenant.tenantId, 'rule-versions', actionCode, live.version],
    queryFn: ({ signal }) => portal<RuleVersion[]>('GET', ruleSetPath(actionCode, '/versions'), undefined, signal),
  });
  const back = useMutation({
    mutationFn: async (version: number) => {
      const { defaultOutcome, rules } = await portal<WholeRuleVersion>(
        'GET',
        ruleSetPath(actionCode, `/versions/${version}`),
      );
      return tools.save.mutateAsync({ seen: ruleSet, wanted: { defaultOutcome, rules }, onto: live.version });
    },
    onSuccess: (_saved, version) => tell(historyTexts.draftMade, fill(historyTexts.draftMadeText, { version })),
    onError: (failed) => tell(historyTexts.noDraftWasMade, wordsOf(failed), 'bad'),
  });
  if (error !== null && data === undefined) {
    return <Failure error={error} title={historyTexts.historyNotLoaded} retry={() => void refetch()} />;
  }
  if (data === undefined) return <Skeleton label={historyTexts.historyLoading} />;
  if (data.length === 0) {
    return (
      <Empty title={historyTexts.noVersionYet}>
        <p>{historyTexts.noVersionYetText}</p>
      </Empty>
    );
  }
  return (
    <section aria-label={historyTexts.history}>
      <ol className="Things Versions">
        {data.map((version) => (
          <li key={version.version}>
            <div className="ThingMain ThingStack">
              <strong>
                {fill(historyTexts.version, { version: version.version })}{' '}
                {version.version === live.version ? <Tag tone="good">{historyTexts.live}</Tag> : null}
              </strong>
              <span className="Faint">
                {version.askedBy === undefined
                  ? fillNodes(historyTexts.made, {
                      madeAt: <Time at={version.madeAt} />,
                      madeBy: actorWords(version.madeBy),
                    })
                  : fillNodes(historyTexts.madeAndAsked, {
                      madeAt: <Time at={version.madeAt} />,
                      madeBy: actorWords(version.madeBy),
                      askedBy: version.askedBy,
                    })}
              </span>
              {version.reason === undefined ? null : <q>{version.reason}</q>}
              {version.changes.length === 0 ? (
                <span className="Faint">{historyTexts.theFirstThatWasRecorded}</span>
              ) : (
                <Differences of={version.changes} />
              )}
            </div>
            <span className="Row">
              <Button
                aria-label={fill(historyTexts.compareVersion, { version: version.version })}
                onClick={() => setOpened(version.version)}
              >
                {historyTexts.compare}
              </Button>
              {may('configuration:change') && version.version !== live.version ? (
                <Button
                  aria-label={fill(historyTexts.goBackToVersion, { version: version.version })}
                  isBusy={back.isPending && back.variables === version.version}
                  onClick={() => back.mutate(version.version)}
                >
                  {historyTexts.goBack}
                </Button>
              ) : null}
            </span>
          </li>
        ))}
      </ol>
      {opened === undefined ? null : (
        <Compare ruleSet={ruleSet} version={opened} versions={data} close={() => setOpened(undefined)} />
      )}
    </section>
  );
}

function Compare({
  ruleSet: { actionCode, live, draft },
  version,
  versions,
  close,
}: {
  readonly ruleSet: RuleSet;
  readonly version: number;
  readonly versions: readonly RuleVersion[];
  readonly close: () => void;
}) {
  const { tenant, portal } = useScene();
  const [against, setAgainst] = useState(String(live.version));
  const { data, error } = useQuery({
    queryKey: [tenant.tenantId, 'rule-version', actionCode, version, against, draft?.revision],
    queryFn: ({ signal }) =>
      portal<WholeRuleVersion>(
        'GET',
        ruleSetPath(actionCode, `/versions/${version}${queryOf({ against })}`),
        undefined,
        signal,
      ),
  });
  return (
    <Modal isOpen close={close} size="large" title={fill(historyTexts.version, { version })}>
      <div className="Row">
        <span>{historyTexts.otherwiseThan}</span>
        <FilterSelect
          label={historyTexts.theLiveRules}
          value={against}
          change={(given) => setAgainst(given ?? String(live.version))}
          options={[
            ...(draft === undefined ? [] : ([['draft', historyTexts.theDraft]] as const)),
            ...versions.map(
              ({ version: other }) => [String(other), fill(historyTexts.otherVersion, { other })] as const,
            ),
          ]}
        />
      </div>
      {error !== null ? (
        <Notice tone="bad">{wordsOf(error)}</Notice>
      ) : data === undefined ? (
        <Skeleton lines={4} label={historyTexts.versionLoading} />
      ) : (
        <>
          <Differences of={data.differences} />
          <Side title={historyTexts.allOfIt} stated={data} />
        </>
      )}
      <div className="ModalEnd">
        <Button onClick={close}>{commonTexts.close}</Button>
      </div>
    </Modal>
  );
}
