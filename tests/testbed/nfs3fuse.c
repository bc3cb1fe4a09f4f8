// nfs3fuse: a small asynchronous NFSv3 client as a FUSE file system (libnfs raw RPC + libfuse3 low level).
// One RPC per FUSE operation, any number in flight, `nconnect` TCP connections, write-behind through the kernel's
// page cache, COMMIT at close, GETATTR at open (close-to-open), READDIRPLUS: what the kernel's NFS client does.
// usage: nfs3fuse SERVER NFSPORT MOUNTPORT EXPORT MOUNTPOINT [nconnect [attr_timeout [writeback 0|1 [netns]]]]
#define _GNU_SOURCE
#define FUSE_USE_VERSION 314
#include <errno.h>
#include <fcntl.h>
#include <fuse_lowlevel.h>
#include <linux/fs.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
// libnfs.h defines what the others need: not in order of the alphabet.
#include <nfsc/libnfs.h>
#include <nfsc/libnfs-raw.h>
#include <nfsc/libnfs-raw-mount.h>
#include <nfsc/libnfs-raw-nfs.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <unistd.h>
#define MAXC 16
static struct rpc_context *R[MAXC];
static int nc = 4, rr;
static double ATTR = 3, ENTRY = 3;
static int wb = 1;
static uid_t au = 0;
static gid_t ag = 0;
struct ino {
    struct ino *hn;
    uint64_t nlookup;
    int isdir, dirty;
    nfs_fh3 fh;
};
#define HS 65536
static struct ino *H[HS], *root;
static unsigned fhash(nfs_fh3 *f)
{
    unsigned h = 5381;
    for (u_int i = 0; i < f->data.data_len; i++)
        h = h * 33 ^ (unsigned char)f->data.data_val[i];
    return h % HS;
}
static struct ino *iget(nfs_fh3 *f)
{
    unsigned h = fhash(f);
    for (struct ino *i = H[h]; i; i = i->hn)
        if (i->fh.data.data_len == f->data.data_len && !memcmp(i->fh.data.data_val, f->data.data_val, f->data.data_len))
            return i;
    struct ino *i = calloc(1, sizeof *i);
    i->fh.data.data_len = f->data.data_len;
    i->fh.data.data_val = malloc(f->data.data_len);
    memcpy(i->fh.data.data_val, f->data.data_val, f->data.data_len);
    i->hn = H[h];
    H[h] = i;
    return i;
}
static void iput(struct ino *i, uint64_t n)
{
    i->nlookup -= n > i->nlookup ? i->nlookup : n;
    if (i->nlookup || i == root)
        return;
    struct ino **p = &H[fhash(&i->fh)];
    while (*p && *p != i)
        p = &(*p)->hn;
    if (*p)
        *p = i->hn;
    free(i->fh.data.data_val);
    free(i);
}
static struct ino *I(fuse_ino_t n)
{
    return n == FUSE_ROOT_ID ? root : (struct ino *)(uintptr_t)n;
}
static struct rpc_context *rpc(fuse_req_t q)
{
    struct rpc_context *r = R[rr++ % nc];
    const struct fuse_ctx *c = q ? fuse_req_ctx(q) : 0;
    static uid_t cu[MAXC];
    static gid_t cg[MAXC];
    int k = (rr - 1) % nc;
    uid_t u = c ? c->uid : 0;
    gid_t g = c ? c->gid : 0;
    if (cu[k] != u || cg[k] != g) {
        rpc_set_auth(r, libnfs_authunix_create("client", u, g, 0, 0));
        cu[k] = u;
        cg[k] = g;
    }
    return r;
}
static int e(int st, int nfs)
{
    if (st)
        return EIO;
    switch (nfs) {
    case 0:
        return 0;
    case NFS3ERR_PERM:
        return EPERM;
    case NFS3ERR_NOENT:
        return ENOENT;
    case NFS3ERR_ACCES:
        return EACCES;
    case NFS3ERR_EXIST:
        return EEXIST;
    case NFS3ERR_NOTDIR:
        return ENOTDIR;
    case NFS3ERR_ISDIR:
        return EISDIR;
    case NFS3ERR_INVAL:
        return EINVAL;
    case NFS3ERR_FBIG:
        return EFBIG;
    case NFS3ERR_NOSPC:
        return ENOSPC;
    case NFS3ERR_ROFS:
        return EROFS;
    case NFS3ERR_NAMETOOLONG:
        return ENAMETOOLONG;
    case NFS3ERR_NOTEMPTY:
        return ENOTEMPTY;
    case NFS3ERR_DQUOT:
        return EDQUOT;
    case NFS3ERR_STALE:
        return ESTALE;
    case NFS3ERR_XDEV:
        return EXDEV;
    case NFS3ERR_NOTSUPP:
        return EOPNOTSUPP;
    default:
        return EIO;
    }
}
static void st3(fattr3 *a, struct stat *s)
{
    static const mode_t T[] = {0, S_IFREG, S_IFDIR, S_IFBLK, S_IFCHR, S_IFLNK, S_IFSOCK, S_IFIFO};
    memset(s, 0, sizeof *s);
    s->st_mode = a->mode | T[a->type & 7];
    s->st_nlink = a->nlink;
    s->st_uid = a->uid;
    s->st_gid = a->gid;
    s->st_size = a->size;
    s->st_blocks = (a->used + 511) / 512;
    s->st_blksize = 1 << 20;
    s->st_ino = a->fileid;
    s->st_rdev = makedev(a->rdev.specdata1, a->rdev.specdata2);
    s->st_atim.tv_sec = a->atime.seconds;
    s->st_atim.tv_nsec = a->atime.nseconds;
    s->st_mtim.tv_sec = a->mtime.seconds;
    s->st_mtim.tv_nsec = a->mtime.nseconds;
    s->st_ctim.tv_sec = a->ctime.seconds;
    s->st_ctim.tv_nsec = a->ctime.nseconds;
}
struct op {
    fuse_req_t q;
    struct ino *i, *j;
    void *p;
    struct fuse_file_info fi;
    size_t size;
    off_t off;
};
static struct op *mk(fuse_req_t q, fuse_ino_t n)
{
    struct op *o = calloc(1, sizeof *o);
    o->q = q;
    o->i = I(n);
    return o;
}
#define CB(name) static void name(struct rpc_context *r, int st, void *data, void *priv)
#define OUT(o)                                                                                                         \
    do {                                                                                                               \
        free(o);                                                                                                       \
        return;                                                                                                        \
    } while (0)
static int entry(struct ino *i, fattr3 *a, struct fuse_entry_param *ep)
{
    memset(ep, 0, sizeof *ep);
    i->nlookup++;
    i->isdir = a->type == NF3DIR;
    ep->ino = i == root ? FUSE_ROOT_ID : (fuse_ino_t)(uintptr_t)i;
    ep->attr_timeout = ATTR;
    ep->entry_timeout = ENTRY;
    st3(a, &ep->attr);
    return 0;
}
CB(cb_lookup)
{
    struct op *o = priv;
    LOOKUP3res *x = data;
    int er = e(st, st ? 0 : x->status);
    (void)r;
    if (er == ENOENT) {
        struct fuse_entry_param ep = {0};
        ep.entry_timeout = ENTRY;
        fuse_reply_entry(o->q, &ep);
        OUT(o);
    }
    if (er || !x->LOOKUP3res_u.resok.obj_attributes.attributes_follow) {
        fuse_reply_err(o->q, er ? er : EIO);
        OUT(o);
    }
    struct fuse_entry_param ep;
    entry(iget(&x->LOOKUP3res_u.resok.object), &x->LOOKUP3res_u.resok.obj_attributes.post_op_attr_u.attributes, &ep);
    fuse_reply_entry(o->q, &ep);
    OUT(o);
}
static void do_lookup(fuse_req_t q, fuse_ino_t p, const char *n)
{
    struct op *o = mk(q, p);
    LOOKUP3args a;
    a.what.dir = o->i->fh;
    a.what.name = (char *)n;
    rpc_nfs3_lookup_async(rpc(q), cb_lookup, &a, o);
}
CB(cb_getattr)
{
    struct op *o = priv;
    GETATTR3res *x = data;
    int er = e(st, st ? 0 : x->status);
    (void)r;
    if (er) {
        fuse_reply_err(o->q, er);
        OUT(o);
    }
    struct stat s;
    st3(&x->GETATTR3res_u.resok.obj_attributes, &s);
    fuse_reply_attr(o->q, &s, ATTR);
    OUT(o);
}
static void getattr_o(struct op *o)
{
    GETATTR3args a;
    a.object = o->i->fh;
    rpc_nfs3_getattr_async(rpc(o->q), cb_getattr, &a, o);
}
static void do_getattr(fuse_req_t q, fuse_ino_t n, struct fuse_file_info *fi)
{
    (void)fi;
    getattr_o(mk(q, n));
}
CB(cb_setattr)
{
    struct op *o = priv;
    SETATTR3res *x = data;
    int er = e(st, st ? 0 : x->status);
    (void)r;
    if (er) {
        fuse_reply_err(o->q, er);
        OUT(o);
    }
    post_op_attr *p = &x->SETATTR3res_u.resok.obj_wcc.after;
    if (p->attributes_follow) {
        struct stat s;
        st3(&p->post_op_attr_u.attributes, &s);
        fuse_reply_attr(o->q, &s, ATTR);
        OUT(o);
    }
    getattr_o(o);
}
static void do_setattr(fuse_req_t q, fuse_ino_t n, struct stat *s, int v, struct fuse_file_info *fi)
{
    (void)fi;
    struct op *o = mk(q, n);
    SETATTR3args a;
    memset(&a, 0, sizeof a);
    a.object = o->i->fh;
    sattr3 *x = &a.new_attributes;
    if (v & FUSE_SET_ATTR_MODE) {
        x->mode.set_it = 1;
        x->mode.set_mode3_u.mode = s->st_mode & 07777;
    }
    if (v & FUSE_SET_ATTR_UID) {
        x->uid.set_it = 1;
        x->uid.set_uid3_u.uid = s->st_uid;
    }
    if (v & FUSE_SET_ATTR_GID) {
        x->gid.set_it = 1;
        x->gid.set_gid3_u.gid = s->st_gid;
    }
    if (v & FUSE_SET_ATTR_SIZE) {
        x->size.set_it = 1;
        x->size.set_size3_u.size = s->st_size;
    }
    if (v & FUSE_SET_ATTR_ATIME_NOW)
        x->atime.set_it = SET_TO_SERVER_TIME;
    else if (v & FUSE_SET_ATTR_ATIME) {
        x->atime.set_it = SET_TO_CLIENT_TIME;
        x->atime.set_atime_u.atime.seconds = s->st_atim.tv_sec;
        x->atime.set_atime_u.atime.nseconds = s->st_atim.tv_nsec;
    }
    if (v & FUSE_SET_ATTR_MTIME_NOW)
        x->mtime.set_it = SET_TO_SERVER_TIME;
    else if (v & FUSE_SET_ATTR_MTIME) {
        x->mtime.set_it = SET_TO_CLIENT_TIME;
        x->mtime.set_mtime_u.mtime.seconds = s->st_mtim.tv_sec;
        x->mtime.set_mtime_u.mtime.nseconds = s->st_mtim.tv_nsec;
    }
    rpc_nfs3_setattr_async(rpc(q), cb_setattr, &a, o);
}
CB(cb_open)
{
    struct op *o = priv;
    GETATTR3res *x = data;
    int er = e(st, st ? 0 : x->status);
    (void)r;
    if (er)
        fuse_reply_err(o->q, er);
    else
        fuse_reply_open(o->q, &o->fi);
    OUT(o);
}
static void do_open(fuse_req_t q, fuse_ino_t n, struct fuse_file_info *fi)
{
    struct op *o = mk(q, n);
    o->fi = *fi;
    GETATTR3args a;
    a.object = o->i->fh;
    rpc_nfs3_getattr_async(rpc(q), cb_open, &a, o);
}
CB(cb_create)
{
    struct op *o = priv;
    CREATE3res *x = data;
    int er = e(st, st ? 0 : x->status);
    (void)r;
    if (!er && !(x->CREATE3res_u.resok.obj.handle_follows && x->CREATE3res_u.resok.obj_attributes.attributes_follow))
        er = EIO;
    if (er) {
        fuse_reply_err(o->q, er);
        OUT(o);
    }
    struct fuse_entry_param ep;
    entry(iget(&x->CREATE3res_u.resok.obj.post_op_fh3_u.handle),
          &x->CREATE3res_u.resok.obj_attributes.post_op_attr_u.attributes, &ep);
    if (o->p)
        fuse_reply_create(o->q, &ep, &o->fi);
    else
        fuse_reply_entry(o->q, &ep);
    OUT(o);
}
static void create(fuse_req_t q, fuse_ino_t p, const char *n, mode_t m, struct fuse_file_info *fi)
{
    struct op *o = mk(q, p);
    CREATE3args a;
    memset(&a, 0, sizeof a);
    if (fi) {
        o->fi = *fi;
        o->p = o;
    }
    a.where.dir = o->i->fh;
    a.where.name = (char *)n;
    a.how.mode = !fi || (fi->flags & O_EXCL) ? GUARDED : UNCHECKED;
    sattr3 *x = &a.how.createhow3_u.obj_attributes;
    x->mode.set_it = 1;
    x->mode.set_mode3_u.mode = m & 07777;
    if (fi && (fi->flags & O_TRUNC)) {
        x->size.set_it = 1;
    }
    rpc_nfs3_create_async(rpc(q), cb_create, &a, o);
}
static void do_create(fuse_req_t q, fuse_ino_t p, const char *n, mode_t m, struct fuse_file_info *fi)
{
    create(q, p, n, m, fi);
}
static void do_mknod(fuse_req_t q, fuse_ino_t p, const char *n, mode_t m, dev_t d)
{
    (void)d;
    if (!S_ISREG(m)) {
        fuse_reply_err(q, EOPNOTSUPP);
        return;
    }
    create(q, p, n, m, 0);
}
CB(cb_mkdir)
{
    struct op *o = priv;
    MKDIR3res *x = data;
    int er = e(st, st ? 0 : x->status);
    (void)r;
    if (!er && !(x->MKDIR3res_u.resok.obj.handle_follows && x->MKDIR3res_u.resok.obj_attributes.attributes_follow))
        er = EIO;
    if (er) {
        fuse_reply_err(o->q, er);
        OUT(o);
    }
    struct fuse_entry_param ep;
    entry(iget(&x->MKDIR3res_u.resok.obj.post_op_fh3_u.handle),
          &x->MKDIR3res_u.resok.obj_attributes.post_op_attr_u.attributes, &ep);
    fuse_reply_entry(o->q, &ep);
    OUT(o);
}
static void do_mkdir(fuse_req_t q, fuse_ino_t p, const char *n, mode_t m)
{
    struct op *o = mk(q, p);
    MKDIR3args a;
    memset(&a, 0, sizeof a);
    a.where.dir = o->i->fh;
    a.where.name = (char *)n;
    a.attributes.mode.set_it = 1;
    a.attributes.mode.set_mode3_u.mode = m & 07777;
    rpc_nfs3_mkdir_async(rpc(q), cb_mkdir, &a, o);
}
CB(cb_symlink)
{
    struct op *o = priv;
    SYMLINK3res *x = data;
    int er = e(st, st ? 0 : x->status);
    (void)r;
    if (!er && !(x->SYMLINK3res_u.resok.obj.handle_follows && x->SYMLINK3res_u.resok.obj_attributes.attributes_follow))
        er = EIO;
    if (er) {
        fuse_reply_err(o->q, er);
        OUT(o);
    }
    struct fuse_entry_param ep;
    entry(iget(&x->SYMLINK3res_u.resok.obj.post_op_fh3_u.handle),
          &x->SYMLINK3res_u.resok.obj_attributes.post_op_attr_u.attributes, &ep);
    fuse_reply_entry(o->q, &ep);
    OUT(o);
}
static void do_symlink(fuse_req_t q, const char *l, fuse_ino_t p, const char *n)
{
    struct op *o = mk(q, p);
    SYMLINK3args a;
    memset(&a, 0, sizeof a);
    a.where.dir = o->i->fh;
    a.where.name = (char *)n;
    a.symlink.symlink_data = (char *)l;
    a.symlink.symlink_attributes.mode.set_it = 1;
    a.symlink.symlink_attributes.mode.set_mode3_u.mode = 0777;
    rpc_nfs3_symlink_async(rpc(q), cb_symlink, &a, o);
}
CB(cb_readlink)
{
    struct op *o = priv;
    READLINK3res *x = data;
    int er = e(st, st ? 0 : x->status);
    (void)r;
    if (er)
        fuse_reply_err(o->q, er);
    else
        fuse_reply_readlink(o->q, x->READLINK3res_u.resok.data);
    OUT(o);
}
static void do_readlink(fuse_req_t q, fuse_ino_t n)
{
    struct op *o = mk(q, n);
    READLINK3args a;
    a.symlink = o->i->fh;
    rpc_nfs3_readlink_async(rpc(q), cb_readlink, &a, o);
}
CB(cb_link)
{
    struct op *o = priv;
    LINK3res *x = data;
    int er = e(st, st ? 0 : x->status);
    (void)r;
    if (er || !x->LINK3res_u.resok.file_attributes.attributes_follow) {
        fuse_reply_err(o->q, er ? er : EIO);
        OUT(o);
    }
    struct fuse_entry_param ep;
    entry(o->i, &x->LINK3res_u.resok.file_attributes.post_op_attr_u.attributes, &ep);
    fuse_reply_entry(o->q, &ep);
    OUT(o);
}
static void do_link(fuse_req_t q, fuse_ino_t n, fuse_ino_t p, const char *nn)
{
    struct op *o = mk(q, n);
    LINK3args a;
    a.file = o->i->fh;
    a.link.dir = I(p)->fh;
    a.link.name = (char *)nn;
    rpc_nfs3_link_async(rpc(q), cb_link, &a, o);
}
CB(cb_status)
{
    struct op *o = priv;
    int er = e(st, st ? 0 : *(nfsstat3 *)data);
    (void)r;
    fuse_reply_err(o->q, er);
    OUT(o);
} // every NFS3 result starts with its status
static void do_unlink(fuse_req_t q, fuse_ino_t p, const char *n)
{
    struct op *o = mk(q, p);
    REMOVE3args a;
    a.object.dir = o->i->fh;
    a.object.name = (char *)n;
    rpc_nfs3_remove_async(rpc(q), cb_status, &a, o);
}
static void do_rmdir(fuse_req_t q, fuse_ino_t p, const char *n)
{
    struct op *o = mk(q, p);
    RMDIR3args a;
    a.object.dir = o->i->fh;
    a.object.name = (char *)n;
    rpc_nfs3_rmdir_async(rpc(q), cb_status, &a, o);
}
static void do_rename(fuse_req_t q, fuse_ino_t p, const char *n, fuse_ino_t np, const char *nn, unsigned fl)
{
    if (fl) {
        fuse_reply_err(q, EINVAL);
        return;
    }
    struct op *o = mk(q, p);
    RENAME3args a;
    a.from.dir = o->i->fh;
    a.from.name = (char *)n;
    a.to.dir = I(np)->fh;
    a.to.name = (char *)nn;
    rpc_nfs3_rename_async(rpc(q), cb_status, &a, o);
}
CB(cb_read)
{
    struct op *o = priv;
    READ3res *x = data;
    int er = e(st, st ? 0 : x->status);
    (void)r;
    if (er)
        fuse_reply_err(o->q, er);
    else
        fuse_reply_buf(o->q, x->READ3res_u.resok.data.data_val, x->READ3res_u.resok.count);
    OUT(o);
}
static void do_read(fuse_req_t q, fuse_ino_t n, size_t sz, off_t off, struct fuse_file_info *fi)
{
    (void)fi;
    struct op *o = mk(q, n);
    READ3args a;
    a.file = o->i->fh;
    a.offset = off;
    a.count = sz;
    rpc_nfs3_read_async(rpc(0), cb_read, &a, o);
}
CB(cb_write)
{
    struct op *o = priv;
    WRITE3res *x = data;
    int er = e(st, st ? 0 : x->status);
    (void)r;
    if (er)
        fuse_reply_err(o->q, er);
    else {
        if (x->WRITE3res_u.resok.committed == UNSTABLE)
            o->i->dirty = 1;
        fuse_reply_write(o->q, x->WRITE3res_u.resok.count);
    }
    OUT(o);
}
static void do_write(fuse_req_t q, fuse_ino_t n, const char *b, size_t sz, off_t off, struct fuse_file_info *fi)
{
    (void)fi;
    struct op *o = mk(q, n);
    WRITE3args a;
    memset(&a, 0, sizeof a);
    a.file = o->i->fh;
    a.offset = off;
    a.count = sz;
    a.stable = UNSTABLE;
    a.data.data_len = sz;
    a.data.data_val = (char *)b;
    rpc_nfs3_write_async(rpc(0), cb_write, &a, o);
}
static void commit(fuse_req_t q, fuse_ino_t n)
{
    struct op *o = mk(q, n);
    if (!o->i->dirty) {
        fuse_reply_err(q, 0);
        OUT(o);
    }
    o->i->dirty = 0;
    COMMIT3args a;
    a.file = o->i->fh;
    a.offset = 0;
    a.count = 0;
    rpc_nfs3_commit_async(rpc(q), cb_status, &a, o);
}
static void do_flush(fuse_req_t q, fuse_ino_t n, struct fuse_file_info *fi)
{
    (void)fi;
    commit(q, n);
}
static void do_fsync(fuse_req_t q, fuse_ino_t n, int d, struct fuse_file_info *fi)
{
    (void)fi;
    (void)d;
    commit(q, n);
}
static void do_release(fuse_req_t q, fuse_ino_t n, struct fuse_file_info *fi)
{
    (void)n;
    (void)fi;
    fuse_reply_err(q, 0);
}
CB(cb_statfs)
{
    struct op *o = priv;
    FSSTAT3res *x = data;
    int er = e(st, st ? 0 : x->status);
    (void)r;
    if (er) {
        fuse_reply_err(o->q, er);
        OUT(o);
    }
    struct statvfs v;
    memset(&v, 0, sizeof v);
    FSSTAT3resok *k = &x->FSSTAT3res_u.resok;
    v.f_bsize = v.f_frsize = 4096;
    v.f_blocks = k->tbytes / 4096;
    v.f_bfree = k->fbytes / 4096;
    v.f_bavail = k->abytes / 4096;
    v.f_files = k->tfiles;
    v.f_ffree = k->ffiles;
    v.f_favail = k->afiles;
    v.f_namemax = 255;
    fuse_reply_statfs(o->q, &v);
    OUT(o);
}
static void do_statfs(fuse_req_t q, fuse_ino_t n)
{
    struct op *o = mk(q, n ? n : FUSE_ROOT_ID);
    FSSTAT3args a;
    a.fsroot = o->i->fh;
    rpc_nfs3_fsstat_async(rpc(q), cb_statfs, &a, o);
}
struct de {
    char *name;
    struct ino *i;
    struct stat st;
    uint64_t cookie;
    int ok;
};
struct dirh {
    struct de *v;
    int n, cap;
    uint64_t from;
    int eof;
    cookieverf3 verf;
};
static void dclear(struct dirh *d)
{
    for (int k = 0; k < d->n; k++) {
        free(d->v[k].name);
        if (d->v[k].ok)
            iput(d->v[k].i, 1);
    }
    d->n = 0;
}
static void dserve(struct op *o, struct dirh *d)
{
    char *b = malloc(o->size);
    size_t l = 0;
    int k = 0;
    if ((uint64_t)o->off != d->from)
        for (k = 0; k < d->n && d->v[k].cookie != (uint64_t)o->off; k++)
            ;
    if ((uint64_t)o->off != d->from)
        k++;
    for (; k < d->n; k++) {
        struct de *x = &d->v[k];
        size_t m;
        struct fuse_entry_param ep;
        memset(&ep, 0, sizeof ep);
        int dot = !strcmp(x->name, ".") || !strcmp(x->name, "..");
        ep.attr = x->st;
        if (x->ok && !dot) {
            ep.ino = x->i == root ? FUSE_ROOT_ID : (fuse_ino_t)(uintptr_t)x->i;
            ep.attr_timeout = ATTR;
            ep.entry_timeout = ENTRY;
        }
        m = o->p ? fuse_add_direntry_plus(o->q, b + l, o->size - l, x->name, &ep, x->cookie)
                 : fuse_add_direntry(o->q, b + l, o->size - l, x->name, &x->st, x->cookie);
        if (l + m > o->size)
            break;
        l += m;
        if (o->p && ep.ino)
            x->i->nlookup++;
    }
    fuse_reply_buf(o->q, b, l);
    free(b);
}
CB(cb_readdir)
{
    struct op *o = priv;
    struct dirh *d = (void *)(uintptr_t)o->fi.fh;
    READDIRPLUS3res *x = data;
    int er = e(st, st ? 0 : x->status);
    (void)r;
    if (er) {
        fuse_reply_err(o->q, er);
        OUT(o);
    }
    READDIRPLUS3resok *k = &x->READDIRPLUS3res_u.resok;
    memcpy(d->verf, k->cookieverf, sizeof d->verf);
    dclear(d);
    d->from = o->off;
    d->eof = k->reply.eof;
    for (entryplus3 *p = k->reply.entries; p; p = p->nextentry) {
        if (d->n == d->cap)
            d->v = realloc(d->v, (d->cap = d->cap ? d->cap * 2 : 64) * sizeof *d->v);
        struct de *n = &d->v[d->n++];
        memset(n, 0, sizeof *n);
        n->name = strdup(p->name);
        n->cookie = p->cookie;
        n->st.st_ino = p->fileid;
        if (p->name_attributes.attributes_follow && p->name_handle.handle_follows) {
            n->ok = 1;
            n->i = iget(&p->name_handle.post_op_fh3_u.handle);
            n->i->nlookup++;
            st3(&p->name_attributes.post_op_attr_u.attributes, &n->st);
        }
    }
    dserve(o, d);
    OUT(o);
}
static void readdir_(fuse_req_t q, fuse_ino_t n, size_t sz, off_t off, struct fuse_file_info *fi, int plus)
{
    struct op *o = mk(q, n);
    struct dirh *d = (void *)(uintptr_t)fi->fh;
    o->fi = *fi;
    o->size = sz;
    o->off = off;
    if (plus)
        o->p = o;
    if (d->n) {
        if ((uint64_t)off == d->v[d->n - 1].cookie && d->eof) {
            fuse_reply_buf(q, 0, 0);
            OUT(o);
        }
        if (off && (uint64_t)off != d->v[d->n - 1].cookie)
            for (int k = 0; k < d->n; k++)
                if (d->v[k].cookie == (uint64_t)off) {
                    dserve(o, d);
                    OUT(o);
                }
    } else if (d->eof && off) {
        fuse_reply_buf(q, 0, 0);
        OUT(o);
    }
    READDIRPLUS3args a;
    memset(&a, 0, sizeof a);
    a.dir = o->i->fh;
    a.cookie = off;
    if (off)
        memcpy(a.cookieverf, d->verf, sizeof a.cookieverf);
    a.dircount = 16384;
    a.maxcount = 131072;
    rpc_nfs3_readdirplus_async(rpc(q), cb_readdir, &a, o);
}
static void do_readdir(fuse_req_t q, fuse_ino_t n, size_t s, off_t o, struct fuse_file_info *fi)
{
    readdir_(q, n, s, o, fi, 0);
}
static void do_readdirplus(fuse_req_t q, fuse_ino_t n, size_t s, off_t o, struct fuse_file_info *fi)
{
    readdir_(q, n, s, o, fi, 1);
}
static void do_opendir(fuse_req_t q, fuse_ino_t n, struct fuse_file_info *fi)
{
    struct dirh *d = calloc(1, sizeof *d);
    fi->fh = (uintptr_t)d;
    struct op *o = mk(q, n);
    o->fi = *fi;
    GETATTR3args a;
    a.object = o->i->fh;
    rpc_nfs3_getattr_async(rpc(q), cb_open, &a, o);
}
static void do_releasedir(fuse_req_t q, fuse_ino_t n, struct fuse_file_info *fi)
{
    (void)n;
    struct dirh *d = (void *)(uintptr_t)fi->fh;
    dclear(d);
    free(d->v);
    free(d);
    fuse_reply_err(q, 0);
}
static void do_forget(fuse_req_t q, fuse_ino_t n, uint64_t k)
{
    iput(I(n), k);
    fuse_reply_none(q);
}
static void do_init(void *u, struct fuse_conn_info *c)
{
    (void)u;
    c->max_write = 1 << 20;
    c->max_readahead = 1 << 20;
    c->max_background = 1024;
    c->congestion_threshold = 1000;
    if (wb && (c->capable & FUSE_CAP_WRITEBACK_CACHE))
        c->want |= FUSE_CAP_WRITEBACK_CACHE;
    c->want |= c->capable & (FUSE_CAP_PARALLEL_DIROPS | FUSE_CAP_READDIRPLUS | FUSE_CAP_READDIRPLUS_AUTO |
                             FUSE_CAP_ASYNC_READ | FUSE_CAP_ATOMIC_O_TRUNC);
    c->want &= ~FUSE_CAP_ATOMIC_O_TRUNC;
}
static const struct fuse_lowlevel_ops ops = {.init = do_init,
                                             .lookup = do_lookup,
                                             .forget = do_forget,
                                             .getattr = do_getattr,
                                             .setattr = do_setattr,
                                             .readlink = do_readlink,
                                             .mknod = do_mknod,
                                             .mkdir = do_mkdir,
                                             .unlink = do_unlink,
                                             .rmdir = do_rmdir,
                                             .symlink = do_symlink,
                                             .rename = do_rename,
                                             .link = do_link,
                                             .open = do_open,
                                             .read = do_read,
                                             .write = do_write,
                                             .flush = do_flush,
                                             .release = do_release,
                                             .fsync = do_fsync,
                                             .opendir = do_opendir,
                                             .readdir = do_readdir,
                                             .readdirplus = do_readdirplus,
                                             .releasedir = do_releasedir,
                                             .statfs = do_statfs,
                                             .create = do_create};
// libfuse 3.14.0 (Debian 12) drops FUSE_PARALLEL_DIROPS from its INIT reply, so the kernel would serialise every LOOKUP
// and READDIR of a directory, which no NFS client does: put the flag back on the way out (this definition wins over
// libc's).
ssize_t writev(int fd, const struct iovec *v, int n)
{
    static int patched;
    if (!patched && n == 2 && v[1].iov_len == 64 && *(uint32_t *)v[1].iov_base == 7) {
        patched = 1;
        ((uint32_t *)v[1].iov_base)[3] |= 1u << 18;
    }
    return syscall(SYS_writev, fd, v, n);
}
static int done, bad;
CB(cb_conn)
{
    (void)data;
    (void)priv;
    done = 1;
    bad = st;
    if (st)
        fprintf(stderr, "connect: %s\n", rpc_get_error(r));
}
CB(cb_mnt)
{
    (void)priv;
    mountres3 *m = data;
    done = 1;
    if (st || m->fhs_status) {
        bad = 1;
        fprintf(stderr, "mount: %s %d\n", rpc_get_error(r), st ? 0 : m->fhs_status);
        return;
    }
    nfs_fh3 f;
    f.data.data_len = m->mountres3_u.mountinfo.fhandle.fhandle3_len;
    f.data.data_val = m->mountres3_u.mountinfo.fhandle.fhandle3_val;
    root = iget(&f);
    root->nlookup = 1;
    root->isdir = 1;
}
static void pump(struct rpc_context *r)
{
    for (done = 0; !done;) {
        struct pollfd p = {rpc_get_fd(r), rpc_which_events(r), 0};
        if (poll(&p, 1, 10000) <= 0 || rpc_service(r, p.revents) < 0) {
            fprintf(stderr, "timeout or error: %s\n", rpc_get_error(r));
            exit(1);
        }
    }
    if (bad)
        exit(1);
}
int main(int ac, char **av)
{
    if (ac < 6) {
        fprintf(stderr, "usage: nfs3fuse SERVER NFSPORT MOUNTPORT EXPORT MOUNTPOINT [nconnect [attr_timeout [writeback "
                        "[netns]]]]\n");
        return 2;
    }
    if (ac > 6)
        nc = atoi(av[6]);
    if (ac > 7)
        ATTR = ENTRY = atof(av[7]);
    if (ac > 8)
        wb = atoi(av[8]);
    if (nc < 1 || nc > MAXC)
        return 2;
    if (ac > 9) {
        char p[256];
        snprintf(p, sizeof p, "/run/netns/%s", av[9]);
        int n = open(p, O_RDONLY | O_CLOEXEC);
        if (n < 0 || setns(n, CLONE_NEWNET)) {
            perror(p);
            return 1;
        }
        close(n);
    }
    (void)au;
    (void)ag;
    struct rpc_context *m = rpc_init_context();
    rpc_set_auth(m, libnfs_authunix_create("client", 0, 0, 0, 0));
    rpc_connect_port_async(m, av[1], atoi(av[3]), MOUNT_PROGRAM, MOUNT_V3, cb_conn, 0);
    pump(m);
    rpc_mount3_mnt_async(m, cb_mnt, av[4], 0);
    pump(m);
    rpc_destroy_context(m);
    for (int k = 0; k < nc; k++) {
        R[k] = rpc_init_context();
        rpc_set_auth(R[k], libnfs_authunix_create("client", 0, 0, 0, 0));
        rpc_connect_port_async(R[k], av[1], atoi(av[2]), NFS_PROGRAM, NFS_V3, cb_conn, 0);
        pump(R[k]);
        int one = 1;
        setsockopt(rpc_get_fd(R[k]), IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    }
    char *fa[] = {"nfs3fuse", "-o", "allow_other,default_permissions,fsname=nfs-bed,subtype=nfs3fuse,noatime", 0};
    struct fuse_args fargs = FUSE_ARGS_INIT(3, fa);
    struct fuse_session *se = fuse_session_new(&fargs, &ops, sizeof ops, 0);
    if (!se || fuse_session_mount(se, av[5]))
        return 1;
    fuse_set_signal_handlers(se);
    signal(SIGPIPE, SIG_IGN);
    int ffd = fuse_session_fd(se);
    fcntl(ffd, F_SETFL, fcntl(ffd, F_GETFL) | O_NONBLOCK);
    struct fuse_buf fb = {.mem = 0};
    puts("mounted");
    fflush(stdout);
    while (!fuse_session_exited(se)) {
        struct pollfd p[MAXC + 1];
        p[0].fd = ffd;
        p[0].events = POLLIN;
        p[0].revents = 0;
        for (int k = 0; k < nc; k++) {
            p[k + 1].fd = rpc_get_fd(R[k]);
            p[k + 1].events = rpc_which_events(R[k]);
            p[k + 1].revents = 0;
        }
        if (poll(p, nc + 1, 1000) < 0) {
            if (errno == EINTR)
                continue;
            break;
        }
        if (p[0].revents)
            for (int c = 0; c < 64; c++) {
                int n = fuse_session_receive_buf(se, &fb);
                if (n == -EINTR || n == -EAGAIN)
                    break;
                if (n <= 0) {
                    if (n == 0 || n == -ENODEV)
                        fuse_session_exit(se);
                    break;
                }
                fuse_session_process_buf(se, &fb);
            }
        for (int k = 0; k < nc; k++) {
            int ev = p[k + 1].revents;
            if (!ev && (rpc_which_events(R[k]) & POLLOUT))
                ev = POLLOUT;
            if (ev && rpc_service(R[k], ev) < 0) {
                fprintf(stderr, "nfs connection lost: %s\n", rpc_get_error(R[k]));
                fuse_session_exit(se);
            }
        }
    }
    fuse_session_unmount(se);
    fuse_session_destroy(se);
    return 0;
}
