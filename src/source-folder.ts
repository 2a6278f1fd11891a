/** The folder of this file, also where the program is one file: files that are read at run time are found from here. */
export const SOURCE_FOLDER = __dirname;
