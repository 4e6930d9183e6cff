// The lab's certificate is made once, kept while it is good, and made anew when it is not.
#include "controlplane/faces/certificates/lab_certificate.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace elastilab {
namespace {

using std::chrono::hours;
using std::chrono::system_clock;

std::string Text(const std::string& path) {
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

std::string Shell(const std::string& command) {
  std::string out;
  FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
  for (char buffer[256]; std::fgets(buffer, sizeof(buffer), pipe) != nullptr;) out += buffer;
  ::pclose(pipe);
  return out;
}

class LabCertificateTest : public testing::Test {
 protected:
  LabCertificateTest() {
    char name[] = "/tmp/elab-certificate-XXXXXX";
    dir_ = ::mkdtemp(name);
  }
  ~LabCertificateTest() override { std::filesystem::remove_all(dir_); }
  CertificateFiles Ensure(system_clock::time_point now) { return EnsureLabCertificate(dir_, now).value(); }

  std::string dir_;
  const system_clock::time_point now_ = system_clock::now();
};

TEST_F(LabCertificateTest, IsSignedByTheLabsAuthorityForLoopback) {
  const CertificateFiles files = Ensure(now_);
  const std::string verify = "openssl verify -purpose sslserver -x509_strict -CAfile " + files.authority + " ";
  for (const char* name : {"-verify_hostname localhost ", "-verify_ip 127.0.0.1 ", "-verify_ip ::1 "}) {
    EXPECT_EQ(Shell(verify + name + files.certificate), files.certificate + ": OK\n") << name;
  }
  EXPECT_NE(Shell(verify + "-verify_hostname example.com " + files.certificate), files.certificate + ": OK\n");
}

TEST_F(LabCertificateTest, ItsKeyIsNobodyElses) {
  struct stat info {};
  ASSERT_EQ(::stat(Ensure(now_).key.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
}

TEST_F(LabCertificateTest, IsKeptWhileItIsGood) {
  const std::string first = Text(Ensure(now_).certificate);
  EXPECT_EQ(Text(Ensure(now_ + hours(24) * 700).certificate), first);
  EXPECT_NE(Text(Ensure(now_ + hours(24) * 800).certificate), first) << "it would end within 30 days";
}

TEST_F(LabCertificateTest, WhatDoesNotBelongTogetherIsMadeAnew) {
  const CertificateFiles files = Ensure(now_);
  const std::string first = Text(files.certificate);
  std::ofstream(files.key) << "not a key";
  Ensure(now_);
  const std::string second = Text(files.certificate);
  EXPECT_NE(second, first);
  std::ofstream(files.certificate) << first;
  Ensure(now_);
  EXPECT_NE(Text(files.certificate), first) << "by another authority and for another key";
  std::filesystem::remove(files.authority);
  Ensure(now_);
  EXPECT_TRUE(std::filesystem::exists(files.authority));
}

TEST_F(LabCertificateTest, SaysWhatItCannotWrite) {
  std::ofstream(dir_ + "/tls") << "a file in the way";
  const auto made = EnsureLabCertificate(dir_, now_);
  ASSERT_FALSE(made.ok());
  EXPECT_NE(std::string(made.status().message()).find(dir_ + "/tls"), std::string::npos) << made.status();
}

}  // namespace
}  // namespace elastilab
