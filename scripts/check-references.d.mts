/** What is wrong with the ids in `files`, texts by path: one line each, with file and line. */
export function findProblems(files: ReadonlyMap<string, string>): readonly string[];

/** The texts that people write, by their paths from `root`. */
export function readProject(root: string): ReadonlyMap<string, string>;
