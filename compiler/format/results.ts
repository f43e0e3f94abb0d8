/** The folder below results that holds logs; no output may go there. */
export const LOG_FOLDER = "_logs";
