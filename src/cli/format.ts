// Numbers, times and tables as people read them, for the commands.
export * from '../format.ts';
