/* The name of the file is missing here; expect: file-comment */
int noname(void);
