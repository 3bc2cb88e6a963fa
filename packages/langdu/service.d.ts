export interface ServiceOptions {
  /** Where the routes shall lie, with a slash at its end; it must be within the service worker's scope. */
  path: string | URL;
  /** Where langdu's files lie; `path` when left out. */
  files?: string | URL;
}

/** Answers the requests below a path from now on. To be called while the service worker's script runs. */
export declare function langduService(options: ServiceOptions): void;
