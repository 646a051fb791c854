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
    onSuccess: (_saved, version) =>
      tell('Draft made', `It has the rules of version ${version}. Publish it to go back.`),
    onError: (failed) => tell('No draft was made', wordsOf(failed), 'bad'),
  });
  if (error !== null && data === undefined) {
    return <Failure error={error} what="The history" retry={() => void refetch()} />;
  }
  if (data === undefined) return <Skeleton what="The history is" />;
  if (data.length === 0) {
    return (
      <Empty title="No version yet">
        <p>Each change of the rules or of the default becomes a version, wherever it is made.</p>
      </Empty>
    );
  }
  return (
    <section aria-label="History">
      <ol className="Things Versions">
        {data.map((version) => (
          <li key={version.version}>
            <div className="ThingMain ThingStack">
              <strong>
                Version {version.version} {version.version === live.version ? <Tag tone="good">Live</Tag> : null}
              </strong>
              <span className="Faint">
                <Time at={version.madeAt} /> by {actorWords(version.madeBy)}
                {version.askedBy === undefined ? null : `, asked by ${version.askedBy}`}
              </span>
              {version.reason === undefined ? null : <q>{version.reason}</q>}
              {version.changes.length === 0 ? (
                <span className="Faint">The first that was recorded.</span>
              ) : (
                <Differences of={version.changes} />
              )}
            </div>
            <span className="Row">
              <Button aria-label={`Compare version ${version.version}`} onClick={() => setOpened(version.version)}>
                Compare
              </Button>
              {may('configuration:change') && version.version !== live.version ? (
                <Button
                  aria-label={`Go back to version ${version.version}`}
                  isBusy={back.isPending && back.variables === version.version}
                  onClick={() => back.mutate(version.version)}
                >
                  Go back
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
    <Modal isOpen close={close} size="large" title={`Version ${version}`}>
      <div className="Row">
        <span>What it has otherwise than</span>
        <FilterSelect
          label="the live rules"
          value={against}
          change={(given) => setAgainst(given ?? String(live.version))}
          options={[
            ...(draft === undefined ? [] : ([['draft', 'the draft']] as const)),
            ...versions.map(({ version: other }) => [String(other), `version ${other}`] as const),
          ]}
        />
      </div>
      {error !== null ? (
        <Notice tone="bad">{wordsOf(error)}</Notice>
      ) : data === undefined ? (
        <Skeleton lines={4} what="The version is" />
      ) : (
        <>
          <Differences of={data.differences} />
          <Side title="All of it" stated={data} />
        </>
      )}
      <div className="ModalEnd">
        <Button onClick={close}>Close</Button>
      </div>
    </Modal>
  );
}
