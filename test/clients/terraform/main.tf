# People of one department, what they may reach, and where it lies.
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

provider "aws" {
  region            = "eu-central-1"
  s3_use_path_style = true
}

resource "aws_iam_user" "ann" {
  name = "ann"
  tags = { dept = "red" }
}

resource "aws_iam_group" "red" {
  name = "red"
}

resource "aws_iam_user_group_membership" "ann" {
  user   = aws_iam_user.ann.name
  groups = [aws_iam_group.red.name]
}

resource "aws_iam_policy" "read" {
  name = "read"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "s3:GetObject", Resource = "${aws_s3_bucket.red.arn}/*" }]
  })
}

resource "aws_iam_group_policy_attachment" "red" {
  group      = aws_iam_group.red.name
  policy_arn = aws_iam_policy.read.arn
}

resource "aws_iam_role" "ops" {
  name = "ops"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { AWS = aws_iam_user.ann.arn } }]
  })
}

resource "aws_iam_role_policy_attachment" "ops" {
  role       = aws_iam_role.ops.name
  policy_arn = aws_iam_policy.read.arn
}

resource "aws_s3_bucket" "red" {
  bucket = "red-of-terraform"
}

resource "aws_cloudwatch_log_group" "red" {
  name              = "/red"
  retention_in_days = 30
}

resource "aws_kinesis_stream" "red" {
  name        = "red"
  shard_count = 1
}
