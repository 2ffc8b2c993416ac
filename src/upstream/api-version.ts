/** The values of `SAIL_API_VERSION`. */
export const apiVersionNames = ['beta', 'v2024', 'v2025', 'v2026', 'v1'] as const;
export type ApiVersionName = (typeof apiVersionNames)[number];

/**
 * What differs between the versions of the vendor's API. The wire rows are the same in all of them.
 * See https://developer.sailpoint.com/docs/api/beta/task-management and its siblings.
 */
export interface ApiVersion {
  readonly name: ApiVersionName;
  /** Path of the collection. */
  readonly path: string;
  /**
   * Whether the list holds pending tasks too and takes `completionStatus isnull`. If not, it holds completed tasks
   * only, and `pending-tasks` has the others.
   */
  readonly listHoldsPending: boolean;
  /** Whether the list takes a filter on `launcher`. */
  readonly filtersLauncher: boolean;
}

export const apiVersions: Readonly<Record<ApiVersionName, ApiVersion>> = {
  beta: { name: 'beta', path: '/beta/task-status', listHoldsPending: false, filtersLauncher: false },
  v2024: { name: 'v2024', path: '/v2024/task-status', listHoldsPending: false, filtersLauncher: false },
  v2025: { name: 'v2025', path: '/v2025/task-status', listHoldsPending: true, filtersLauncher: false },
  v2026: { name: 'v2026', path: '/v2026/task-status', listHoldsPending: true, filtersLauncher: true },
  v1: { name: 'v1', path: '/task-status/v1', listHoldsPending: true, filtersLauncher: true },
};
