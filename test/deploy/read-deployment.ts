/** How the files in `deploy/` say the server is run, parsed as their tools parse them. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse, parseAllDocuments } from 'yaml';

const folder = new URL('../../deploy/', import.meta.url);

export function deployFile(name: string): string {
  return readFileSync(fileURLToPath(new URL(name, folder)), 'utf8');
}

export function readYaml(name: string): unknown {
  return parse(deployFile(name));
}

/** Every document of a file, which must parse completely. */
export function readYamlDocuments(name: string): unknown[] {
  return parseAllDocuments(deployFile(name)).map((document) => {
    for (const problem of [...document.errors, ...document.warnings]) throw problem;
    return document.toJS() as unknown;
  });
}

/** The last stage of the Dockerfile. */
export function readDockerfile() {
  const lines = deployFile('Dockerfile')
    .replace(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  const stage = lines.slice(lines.findLastIndex((line) => line.startsWith('FROM ')));
  const after = (word: string) =>
    stage.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1));
  const words = (word: string) => JSON.parse(after(word)[0] ?? 'null') as string[];
  return {
    bases: lines.filter((line) => line.startsWith('FROM ')).map((line) => line.split(' ')[1] ?? ''),
    env: Object.fromEntries(
      after('ENV')
        .join(' ')
        .split(/\s+/)
        .map((pair) => pair.split('=', 2) as [string, string]),
    ),
    user: after('USER')[0],
    volumes: after('VOLUME'),
    command: [...words('ENTRYPOINT'), ...words('CMD')],
    healthCheck: JSON.parse(/CMD (\[.*\])$/.exec(after('HEALTHCHECK')[0] ?? '')?.[1] ?? 'null') as string[],
  };
}

/** A text of a Compose file with its variables filled in: `${NAME:?what is missing}` and `${NAME:-default}`. */
export function interpolate(text: string, variables: Readonly<Record<string, string>>): string {
  return text.replace(/\$\{(\w+)(?::([-?])([^}]*))?\}/g, (_, name: string, kind?: string, rest?: string) => {
    const value = variables[name] ?? (kind === '-' ? rest : undefined);
    if (value === undefined) throw new Error(`${name}: ${rest ?? 'not given'}`);
    return value;
  });
}
